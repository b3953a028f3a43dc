import { refuse, type Refusal } from '../../refusal.js';
import type { Features } from '../learner.js';

/** A column of a linear model: a feature as it is, or whether a categorical feature has a level. */
export interface ModelColumn {
  readonly feature: number;
  readonly name: string;
  /** code of the level; null: the feature itself */
  readonly level: number | null;
  /** what an unseen level counts as: the share of the level in training */
  readonly share: number;
}

/** How features become columns of a linear model. */
export interface Encoding {
  readonly columns: readonly ModelColumn[];
  /** levels of each categorical feature that training had, by feature */
  readonly levels: ReadonlyMap<number, ReadonlySet<number>>;
}

/** Levels beyond which each must have some rows: an id is no category. */
const MANY_LEVELS = 50;
const LEAST_ROWS_A_LEVEL = 10;

/** Refuses a categorical feature whose many levels have few rows each: its indicators would tell rows apart, at a cost that grows with their square. */
export function checkLevelRows(name: string, x: Features): Refusal | null {
  for (const feature of x.categorical ?? []) {
    const levels = new Set(x.columns[feature]).size;
    if (levels > MANY_LEVELS && x.n < LEAST_ROWS_A_LEVEL * levels) {
      return refuse('too_few_units', `column ${x.names[feature]} has ${levels} categories in ${x.n} rows; ${name} needs at least ${LEAST_ROWS_A_LEVEL} rows a category on average where there are more than ${MANY_LEVELS}`,
        'Group rare categories, leave the column out, or use a learner of trees (boosting, forest).');
    }
  }
  return null;
}

/**
 * One indicator a level of a categorical feature, but the first when `dropFirst`: penalised models keep all, so that no level is privileged.
 */
export function chooseEncoding(x: Features, dropFirst: boolean): Encoding {
  const categorical = new Set(x.categorical);
  const levels = new Map<number, ReadonlySet<number>>();
  const columns = x.columns.flatMap((column, feature): ModelColumn[] => {
    const name = x.names[feature]!;
    if (!categorical.has(feature)) return [{ feature, name, level: null, share: 0 }];
    const counts = new Map<number, number>();
    for (const code of column) counts.set(code, (counts.get(code) ?? 0) + 1);
    const codes = [...counts.keys()].sort((a, b) => a - b);
    levels.set(feature, new Set(codes));
    return codes.slice(dropFirst ? 1 : 0).map((level) => ({ feature, name: `${name}=${level}`, level, share: counts.get(level)! / x.n }));
  });
  return { columns, levels };
}

/** Columns of rows. A level that training did not have counts as an average row, so that its prediction is neither level's. */
export function encode({ columns, levels }: Encoding, x: Features): Float64Array[] {
  return columns.map(({ feature, level, share }) => {
    const column = x.columns[feature]!;
    if (level === null) return column;
    const known = levels.get(feature)!;
    return column.map((code) => (known.has(code) ? (code === level ? 1 : 0) : share));
  });
}
