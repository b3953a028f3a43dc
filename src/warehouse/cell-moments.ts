import type { Moments } from '../stats/summaries/moments.js';
import type { Cell } from '../experiment/summaries.js';
import { pairName, type Centre } from './queries/moment-sums.js';
import type { Row } from './session.js';
import { numberOf } from './session.js';
import type { FrameMetric } from './unit-frame.js';

/**
 * Above this share of a centred sum of squares, what the cell's own mean adds is rounding noise that matters: five
 * of sixteen digits are gone.
 */
const CANCELLED = 1e-5;

export interface CellMoments { readonly moments: Moments; /** digits were lost: ask for the stable form */ readonly isLossy: boolean }

/** Shifted sums of one row -> centred moments of one metric. */
export function momentsOfSums(row: Row, metric: FrameMetric, centres: ReadonlyMap<string, Centre>): CellMoments {
  const n = numberOf(row, `n_${metric.counts}`);
  const columns = metric.columns.map(({ column }) => column);
  const sums = columns.map(({ name }) => numberOf(row, `s_${name}`));
  let isLossy = false;
  const scatter = columns.map((a, i) => columns.map((b, j) => {
    const product = numberOf(row, pairName(a, b));
    const centred = centre(n, product, sums[i]!, sums[j]!);
    if (i === j && !centred.isExact && centred.value < CANCELLED * product) isLossy = true;
    return centred.value;
  }));
  const mean = columns.map(({ name }, i) => centres.get(name)!.shift + (n ? sums[i]! / n : 0));
  return { moments: { n, columns: names(metric), mean, scatter }, isLossy };
}

/** sum xy - sum x sum y / n; exact when the sums are whole numbers, as they are for counts and proportions. */
function centre(n: number, product: number, x: number, y: number): { readonly value: number; readonly isExact: boolean } {
  if (n < 2) return { value: 0, isExact: true };
  if (Number.isSafeInteger(product) && Number.isSafeInteger(x) && Number.isSafeInteger(y)) {
    return { value: Number(BigInt(n) * BigInt(product) - BigInt(x) * BigInt(y)) / n, isExact: true };
  }
  return { value: product - (x * y) / n, isExact: false };
}

/** Stable means and population covariances of one row -> centred moments of one metric. */
export function momentsOfCovariances(row: Row, metric: FrameMetric, centres: ReadonlyMap<string, Centre>): Moments {
  const n = numberOf(row, `n_${metric.counts}`);
  const columns = metric.columns.map(({ column }) => column);
  return {
    n, columns: names(metric),
    mean: columns.map(({ name }) => centres.get(name)!.shift + numberOf(row, `s_${name}`)),
    scatter: columns.map((a) => columns.map((b) => n * numberOf(row, pairName(a, b)))),
  };
}

const names = (metric: FrameMetric): string[] => metric.columns.map(({ of }) => of.name);

/** Below this share of its mean a standard deviation is the rounding of a constant. */
const CONSTANT = 1e-14;

/** Moments as a summary keeps them: a column that does not vary has no co-moments at all, whatever was rounded. */
export function momentsSummary({ n, columns, mean, scatter }: Moments): Extract<Cell['summary'], { kind: 'moments' }> {
  const isConstant = mean.map((centre, i) => scatter[i]![i]! <= n * (CONSTANT * centre) ** 2);
  return {
    kind: 'moments', n, columns: [...columns], mean: [...mean],
    scatter: scatter.map((row, i) => row.map((sum, j) => (isConstant[i] || isConstant[j] ? 0 : sum))),
  };
}
