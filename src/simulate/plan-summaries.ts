import type { Plan } from '../experiment/plan.js';
import type { Summaries } from '../experiment/summaries.js';
import type { Category, Numeric } from '../stats/estimators/estimator.js';
import type { DesignProcess } from '../stats/simulate/designs.js';
import { momentsOf } from '../stats/summaries/moments.js';

type Drawn = ReturnType<DesignProcess['draw']>;

/** What a warehouse would say of the units of a process, for the one metric of a plan. Times and fact tables are left out: effects do not read them. */
export function summariesOf(plan: Plan, drawn: Drawn): Summaries {
  const numeric = (role: string): Numeric[] => (drawn[role] === undefined ? [] : [drawn[role] as Numeric]);
  const outcomes = [...numeric('outcome'), ...numeric('numerator'), ...numeric('denominator'), ...numeric('uptake')];
  const covariates = (drawn['covariates'] ?? []) as readonly Numeric[];
  const columns = [...outcomes, ...covariates];
  const names = [...outcomes.map((_, i) => `y${i}`), ...covariates.map((_, i) => `x:${i}`)];
  const { codes } = drawn['treatment'] as Category;
  const groupOf = groupsOf(drawn);
  const isStratified = plan.design?.kind === 'stratified';
  const cells = plan.arms.map(({ name }, arm) => ({ name, rows: rowsWhere(codes.length, (row) => codes[row] === arm) }));
  const summaryOf = (rows: readonly number[]) => momentsOf(Object.fromEntries(names.map((name, c) => [name, Float64Array.from(rows, (row) => columns[c]!.values[row]!)])));
  const groups = groupOf && cells.flatMap(({ name, rows }) => [...grouped(rows, groupOf)].map(([group, members]) => {
    const { n, mean, scatter } = summaryOf(members);
    return { arm: name, group, n, mean: [...mean], ...(isStratified && { scatter: scatter.map((row) => [...row]) }) };
  }));
  return {
    asOf: null,
    exposures: {
      rows: codes.length, units: codes.length, nullUnits: 0, nullArms: 0, multipleArms: 0, multipleArmsByArm: [], excluded: [], unplannedArms: [],
      first: null, last: null, segments: [], days: [],
      arms: cells.map(({ name, rows }) => ({ arm: name, units: rows.length })),
      ...(groups && { groups: groups.map(({ arm, group, n }) => ({ arm, group, units: n })) }),
    },
    facts: [],
    metrics: [{
      metric: plan.metrics[0]!.name, outcomes: names.slice(0, outcomes.length), covariates: names.slice(outcomes.length), days: [], bounds: [], immature: 0,
      cells: cells.filter(({ rows }) => rows.length > 0).map(({ name, rows }) => {
        const { n, columns: of, mean, scatter } = summaryOf(rows);
        return { arm: name, segment: null, summary: { kind: 'moments' as const, n, columns: [...of], mean: [...mean], scatter: scatter.map((row) => [...row]) } };
      }),
      ...(groups && { groups }),
    }],
  };
}

/** The group of each row, as the warehouse names it; undefined where the design has none. */
function groupsOf(drawn: Drawn): ((row: number) => string) | undefined {
  const group = (drawn['cluster'] ?? drawn['stratum'] ?? drawn['pair']) as Category | undefined;
  if (group) return (row) => String(group.codes[row]);
  const time = drawn['time'] as Numeric | undefined;
  const unit = drawn['unit'] as Category | undefined;
  return time && ((row) => `${unit?.codes[row] ?? 0}@${time.values[row]}`);
}

const rowsWhere = (n: number, isIn: (row: number) => boolean): number[] => Array.from({ length: n }, (_, row) => row).filter(isIn);

function grouped(rows: readonly number[], groupOf: (row: number) => string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const row of rows) {
    const members = groups.get(groupOf(row));
    if (members) members.push(row);
    else groups.set(groupOf(row), [row]);
  }
  return groups;
}
