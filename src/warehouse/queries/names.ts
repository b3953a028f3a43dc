/** Temporary tables of a collection. */
export const CELLS = 'assay_cells';
export const EXPOSED = 'assay_exposed';
/** columns over units before bounds */
export const VALUES = 'assay_values';
/** units that are read row by row */
export const SAMPLE = 'assay_sample';
export const factUnits = (fact: number): string => `assay_fact_${fact}`;

/** Why a unit is or is not analysed. */
export const ANALYSED = 0;
export const MULTIPLE_ARMS = 1;
export const UNPLANNED_ARM = 2;
/** plus the index of the exclusion */
export const EXCLUDED = 3;

export const DAY = 86_400_000_000;

/** On which side of its first exposure a unit's events lie. */
export const SIDES = { before: 0, after: 1 } as const;
