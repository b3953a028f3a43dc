import type { Moments } from '../stats/summaries/moments.js';
import { fields, numberAt } from './case.js';

/** Moments of one column from uncentred sums, as engines publish them. */
export function momentsFromSums(statistic: unknown): Moments<'y'> {
  const n = numberAt(statistic, 'n');
  const mean = numberAt(statistic, 'sum') / n;
  return { n, columns: ['y'], mean: [mean], scatter: [[numberAt(statistic, 'sum_squares') - n * mean * mean]] };
}

/**
 * Moments of one arm of a GrowthBook test: a mean, a proportion, or an outcome with its value before the experiment.
 * Its proportions have variance p (1 - p), not the sample variance; a t-test of them is reproduced by that scatter.
 */
export function momentsOfStatistic(statistic: unknown): Moments | undefined {
  const { _type: type, post_statistic: post, pre_statistic: pre } = fields(statistic);
  switch (type) {
    case 'SampleMeanStatistic': return momentsFromSums(statistic);
    case 'ProportionStatistic': {
      const n = numberAt(statistic, 'n');
      const share = numberAt(statistic, 'sum') / n;
      return { n, columns: ['y'], mean: [share], scatter: [[(n - 1) * share * (1 - share)]] };
    }
    case 'RegressionAdjustedStatistic': return jointMoments(momentsFromSums(post), momentsFromSums(pre), numberAt(statistic, 'post_pre_sum_of_products'));
    default: return undefined;
  }
}

/** Two columns of the same units, with their sum of products. */
export function jointMoments(y: Moments, x: Moments, sumOfProducts: number): Moments {
  const cross = sumOfProducts - y.n * y.mean[0]! * x.mean[0]!;
  return { n: y.n, columns: ['y', 'x'], mean: [y.mean[0]!, x.mean[0]!], scatter: [[y.scatter[0]![0]!, cross], [cross, x.scatter[0]![0]!]] };
}
