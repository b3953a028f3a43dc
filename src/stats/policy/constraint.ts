/** What a policy may cost in all: the sum over units of the cost of the action that each gets. */
export interface PolicyConstraint {
  readonly name: string;
  /** cost of each action for each unit, shape (n, actions) row-major */
  readonly costs: Float64Array;
  /** most that the costs may add up to */
  readonly atMost: number;
}

/** Sums of costs are compared with this much play, as a share of what they may be: they are not whole numbers. */
const PLAY = 1e-9;

/** At most `atMost` is spent. @param costs of each action for each unit, shape (n, actions), or one for each action */
export function budgetConstraint(n: number, actions: number, costs: Float64Array, atMost: number): PolicyConstraint {
  return { name: 'budget', atMost, costs: costs.length === n * actions ? costs : Float64Array.from({ length: n * actions }, (_, i) => costs[i % actions]!) };
}

/**
 * The mean of `measure` over the units of any two groups differs by at most `atMost`.
 * @param measure 1 where an action counts as treatment, for equal shares; the reward itself, for equal benefit; shape (n, actions)
 * @param groups group of each unit, shape (n)
 */
export function parityConstraints(measure: Float64Array, actions: number, groups: { readonly codes: Int32Array; readonly levels: readonly string[] }, atMost: number): PolicyConstraint[] {
  const sizes = new Float64Array(groups.levels.length);
  for (const code of groups.codes) sizes[code]!++;
  const present = [...sizes.keys()].filter((code) => sizes[code]! > 0);
  return present.flatMap((high) => present.filter((low) => low !== high).map((low) => ({
    name: `parity of ${groups.levels[high]} and ${groups.levels[low]}`,
    atMost,
    costs: measure.map((value, i) => {
      const code = groups.codes[Math.floor(i / actions)]!;
      return code === high ? value / sizes[high]! : code === low ? -value / sizes[low]! : 0;
    }),
  })));
}

/** Whether costs are within all constraints. @param spent one for each constraint */
export function isWithin(constraints: readonly PolicyConstraint[], spent: ArrayLike<number>): boolean {
  return constraints.every(({ atMost }, k) => spent[k]! <= atMost + PLAY * Math.max(1, Math.abs(atMost)));
}

/** What the actions cost by each constraint, shape (constraints). */
export const costsOf = (constraints: readonly PolicyConstraint[], actions: number, chosen: Int32Array): Float64Array =>
  Float64Array.from(constraints, ({ costs }) => chosen.reduce((sum, action, unit) => sum + costs[unit * actions + action]!, 0));
