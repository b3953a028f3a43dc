import type { UnitFrame } from '../unit-frame.js';
import { VALUES } from './names.js';
import type { Dialect } from '../dialects/ansi.js';

/** Over all arms together: of each column how many, mean and mean square; of each metric how many units are mature and count. */
export function pooled(frame: UnitFrame): string {
  const select = [
    'count(*) as units',
    ...[...frame.matures, ...frame.counts].map((name) => `sum(${name}) as n_${name}`),
    ...frame.columns.flatMap(({ name }) => [`count(${name}) as n_${name}`, `avg(${name}) as mean_${name}`, `avg(${name} * ${name}) as square_${name}`]),
  ];
  return `select ${select.join(',\n  ')}\nfrom (${frame.bounded}) as b`;
}

/** Quantiles of columns over the units of all arms that count, for winsorising. */
export function quantileBounds(
  d: Dialect,
  wanted: readonly { readonly name: string; readonly column: string; readonly counts: string; readonly probabilities: readonly number[] }[],
): string {
  const select = wanted.map(({ name, column, counts, probabilities }) =>
    `${d.quantiles(`case when ${counts} = 1 then ${column} end`, probabilities)} as ${name}`);
  return `select ${select.join(',\n  ')}\nfrom ${VALUES}`;
}
