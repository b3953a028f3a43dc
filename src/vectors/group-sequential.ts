import { firstCrossing } from '../stats/design/planning/first-crossing.js';
import { boundaryOf } from '../stats/inference/group-sequential/boundary.js';
import { classicalConstant } from '../stats/inference/group-sequential/classical.js';
import { groupSequential } from '../stats/inference/group-sequential.js';
import type { Spending } from '../stats/inference/group-sequential/spending.js';
import { isRefusal } from '../stats/refusal.js';
import { contrasts } from '../stats/effects/contrast.js';
import { meanOutcome } from '../stats/effects/outcome.js';
import { normalUpperTail } from '../stats/numeric/normal.js';
import { fields, numberAt, numbersAt, type Adapter } from './case.js';
import { momentsFromSums } from './sums.js';

/** Spotify spends alpha t^2. */
const SPOTIFY: Spending = { family: 'power', exponent: 2 };

/** Tabulated constants and Lan-DeMets boundaries. */
export const tabulatedBoundaries: Adapter = ({ method, topic = '', inputs, full_precision, expected }) => {
  if (method !== 'Lan-DeMets / classical') return undefined;
  const alpha = numberAt(inputs, 'alpha');
  if (topic.startsWith('classical')) {
    const constant = classicalConstant(topic.includes('Pocock') ? 'pocock' : 'obrien_fleming', numberAt(inputs, 'K'), alpha);
    return { values: Array.isArray(full_precision ?? expected) ? [constant] : constant };
  }
  return { values: upperBounds(alpha, 2, { family: topic.includes('Pocock') ? 'pocock' : 'obrien_fleming' }, numbersAt(inputs, 't')) };
};

/**
 * Spotify's boundaries. Its engine integrates by a trapezoid of 0.05 standard deviations, ends its search at an error of 1e-7 and
 * skips looks that spend less; so ours is held to what it must spend, by an integration of its own.
 */
export const spotifyBoundaries: Adapter = ({ method, inputs, expected, full_precision }) => {
  if (method !== 'sequential_bounds') return undefined;
  const [times, alpha, sides] = [numbersAt(inputs, 't'), numberAt(inputs, 'alpha'), numberAt(inputs, 'sides') === 2 ? 2 : 1] as const;
  const bounds = upperBounds(alpha, sides, SPOTIFY, times);
  const spentBy = (upper: readonly number[]): number[] => {
    const { above, below } = firstCrossing({ times, upper, lower: upper.map((bound) => (sides === 2 ? -bound : -Infinity)) }, 0);
    return above.map((chance, k) => chance + below[k]!);
  };
  const published = (full_precision ?? expected) as number[];
  const apart = Math.max(...bounds.map((bound, k) => Math.abs(bound - published[k]!)));
  const total = spentBy(published).reduce((sum, spent) => sum + spent, 0);
  return {
    values: spentBy(bounds),
    instead: {
      expected: times.map((time, k) => alpha * (time ** 2 - (times[k - 1] ?? 0) ** 2)),
      because: `the error spent at each look is compared: the published boundary comes of a trapezoid rule, is up to ${apart.toExponential(1)} away and spends ${total.toPrecision(7)} of ${alpha}`,
    },
  };
};

/** Level of each look of a test that runs over its plan: upstream measures information against the larger of plan and data. */
export const spotifyOverrun: Adapter = ({ method, inputs }) => {
  if (method !== 'compute_sequential_adjusted_alpha') return undefined;
  const second = numbersAt(inputs, 'count_2');
  const units = numbersAt(inputs, 'count_1').map((count, k) => count + second[k]!);
  const sides = fields(inputs)['two_sided'] === true ? 2 : 1;
  const bounds = upperBounds(numberAt(inputs, 'alpha'), sides, SPOTIFY, units, Math.max(numberAt(inputs, 'expected'), ...units));
  return { values: bounds.map((bound) => sides * normalUpperTail(bound)) };
};

/** Spotify's group sequential z-tests from sums, each comparison with its share of alpha. */
export const spotifyGroupSequential: Adapter = ({ method, inputs }) => {
  const { groups, nim } = fields(inputs);
  if (method !== 'ZTest.multiple_difference' || !Array.isArray(groups)) return undefined;
  const names = [...new Set(groups.map((group) => String(fields(group)['group'])))];
  const dates = [...new Set(groups.map((group) => numberAt(group, 'date')))].sort((a, b) => a - b);
  const cell = (name: string, date: number): unknown => groups.find((group) => fields(group)['group'] === name && fields(group)['date'] === date);
  const unitsOf = (treatment: string, date: number): number => numberAt(cell(names[0]!, date), 'count') + numberAt(cell(treatment, date), 'count');
  const planned = Math.max(...groups.map((group) => numberAt(group, 'final')));
  const alpha = (1 - numberAt(inputs, 'interval')) / (names.length - 1);
  const rows = names.slice(1).flatMap((treatment) => dates.map((date, k) => {
    const contrast = contrasts(momentsOfCell(cell(names[0]!, date)), [momentsOfCell(cell(treatment, date))], 1, meanOutcome)[0]!;
    if (isRefusal(contrast) || isRefusal(contrast.difference)) return undefined;
    const looks = dates.slice(0, k + 1).map((past) => unitsOf(treatment, past));
    const options = groupSequential.options.parse({ spending: SPOTIFY, looks, plannedInformation: Math.max(planned, ...looks) });
    const { lower, upper } = groupSequential.interval(contrast.difference, alpha, nim ? 'greater' : 'two_sided', options);
    return { difference: contrast.difference.estimate, lower, upper };
  }));
  return nim
    ? { values: { difference: rows[0]?.difference, adj_lower: rows[0]?.lower } }
    : { values: { lower: rows.map((row) => row?.lower), upper: rows.map((row) => row?.upper) } };
};

const momentsOfCell = (cell: unknown) => momentsFromSums({ n: numberAt(cell, 'count'), sum: numberAt(cell, 'sum'), sum_squares: numberAt(cell, 'ss') });

function upperBounds(alpha: number, sides: 1 | 2, spending: Spending, looks: readonly number[], plannedInformation = 1): number[] {
  const state = boundaryOf({ alpha, sides, spending, plannedInformation }, looks);
  if (isRefusal(state)) throw new Error(state.detail);
  return state.looks.map(({ upper }) => upper ?? Infinity);
}
