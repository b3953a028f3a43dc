import { NO_VALUE } from '../../experiment/summaries.js';
import type { Dialect } from '../dialects/ansi.js';
import type { UnitFrame } from '../unit-frame.js';
import { pairName, pairsOf, shifted, type Centre } from './moment-sums.js';
import { CELLS } from './names.js';
import { unitHash } from './unit-rows.js';

/** 0 or 1 by the first digit of a hash of seed and unit: half of the units each, the same in every engine. */
export const foldOf = (d: Dialect, seed: number, unit: string): string =>
  `case when substr(${unitHash(d, seed, unit)}, 1, 1) in (${Array.from({ length: 8 }, (_, i) => d.text(String(i))).join(', ')}) then 0 else 1 end`;

/** 0 to folds - 1 by the second digit of the same hash, in parts as equal as sixteen digits allow. */
export const cupacFoldOf = (d: Dialect, seed: number, unit: string, folds: number): string => {
  const digit = `substr(${unitHash(d, seed, unit)}, 2, 1)`;
  const digits = Array.from({ length: folds - 1 }, (_, fold) => Array.from({ length: 16 }, (__, i) => i).filter((i) => i % folds === fold).map((i) => d.text(i.toString(16))));
  return `case ${digits.map((of, fold) => `when ${digit} in (${of.join(', ')}) then ${fold}`).join(' ')} else ${folds - 1} end`;
};

/** Means and covariances by arm and fold, of the metrics of a frame, by a running recurrence. @param fold name of the column that says the fold */
export function cupacMoments(d: Dialect, frame: UnitFrame, centres: ReadonlyMap<string, Centre>, fold: string): string {
  const pairs = pairsOf(frame);
  const columns = [...new Set(pairs.flat())];
  const counts = [...new Set(frame.metrics.map((metric) => metric.counts))];
  return `select arm, ${fold},
  ${[
    ...counts.map((name) => `sum(${name}) as n_${name}`),
    ...columns.map(({ name }) => `avg(${name}) as s_${name}`),
    ...pairs.map(([a, b]) => `${d.covariance(a.name, b.name)} as ${pairName(a, b)}`),
  ].join(',\n  ')}
from (select arm, ${fold}, ${counts.join(', ')}${columns.map((column) => `,\n    ${shifted(d, column, centres)} as ${column.name}`).join('')}
  from (${frame.bounded}) as b) as z
group by arm, ${fold}
order by arm, ${fold}`;
}

/** A grouping of units: an expression over the columns of the frame and its cell, as text. */
export interface PartColumn { readonly name: string; readonly sql: string }

/** Which part of a numeric column a value lies in, numbered from 0 by ascending edges. */
export function binOf(d: Dialect, column: string, edges: readonly number[]): string {
  const steps = edges.map((edge, i) => `when ${column} < ${d.number(edge)} then ${d.text(String(i))}`);
  return `case when ${column} is null then ${d.text(NO_VALUE)} ${steps.join(' ')} else ${d.text(String(edges.length))} end`;
}

/** Quantiles of numeric attributes over the units of all arms. */
export const attributeQuantiles = (d: Dialect, columns: readonly string[], probabilities: readonly number[], from: string): string =>
  `select ${columns.map((name) => `${d.quantiles(name, probabilities)} as ${name}`).join(',\n  ')}\nfrom ${from}`;

/** Shifted sums by arm, half and the value of each part column, and of each pair of them where pairs are asked for. */
export function foldMoments(d: Dialect, frame: UnitFrame, centres: ReadonlyMap<string, Centre>, parts: readonly PartColumn[], segments: number, depth: 1 | 2): string {
  const pairs = pairsOf(frame);
  const columns = [...new Set(pairs.flat())];
  const counts = [...new Set(frame.metrics.map((metric) => metric.counts))];
  const names = parts.map(({ name }) => name);
  const sets = [...names.map((name) => [name]), ...(depth === 2 ? names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b])) : [])];
  return `select arm, fold, ${names.join(', ')}, ${d.groupingBits(names)} as grouping_set,
  ${[
    ...counts.map((name) => `sum(${name}) as n_${name}`),
    ...columns.map(({ name }) => `sum(${name}) as s_${name}`),
    ...pairs.map(([a, b]) => `sum(${a.name} * ${b.name}) as ${pairName(a, b)}`),
  ].join(',\n  ')}
from (
  select arm, fold, ${parts.map(({ name, sql }) => `${sql} as ${name}`).join(', ')}, ${counts.join(', ')}${columns.map((column) => `,\n    ${shifted(d, column, centres)} as ${column.name}`).join('')}
  from (${frame.bounded}) as b join (select cell as c_cell${Array.from({ length: segments }, (_, i) => `, s${i}`).join('')} from ${CELLS}) as c on c_cell = b.cell
) as z
group by grouping sets (${sets.map((set) => `(arm, fold, ${set.join(', ')})`).join(', ')})
order by grouping_set, arm, fold, ${names.join(', ')}`;
}
