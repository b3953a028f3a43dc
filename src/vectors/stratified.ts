import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { clusteredQuantileVariance } from '../stats/effects/clustered-quantile.js';
import { meanOutcome, ratioOutcome } from '../stats/effects/outcome.js';
import { postStratifiedContrast, stratumMeans, type StratumMeans } from '../stats/effects/post-stratified.js';
import { pooledCupedContrast } from '../stats/effects/pooled-cuped.js';
import { ratioCupedContrast } from '../stats/effects/ratio-cuped.js';
import { bilinear } from '../stats/effects/quadratic.js';
import type { Contrast } from '../stats/effects/effect.js';
import { isRefusal, type Refusal } from '../stats/refusal.js';
import type { Moments } from '../stats/summaries/moments.js';
import { fields, numberAt, type Adapter, type Answer } from './case.js';
import { posthogArm } from './posthog-cuped.js';
import { jointMoments, momentsFromSums, momentsOfStatistic } from './sums.js';

/** GrowthBook's post-stratified effects: means and ratios, with and without CUPED within strata. */
export const growthbookStrata: Adapter = ({ method, inputs }) => {
  const { strata, config } = fields(inputs);
  if (method !== 'EffectMomentsPostStratification' || !Array.isArray(strata)) return undefined;
  const pairs = strata.map((pair) => (pair as unknown[]).map(columnsOf) as [Moments, Moments]);
  return answer(contrastOf(pairs, strata[0][0]), fields(config)['difference_type'] === 'relative');
};

/** GrowthBook's ratio CUPED: the lift divides by the unadjusted control ratio. */
export const growthbookRatioCuped: Adapter = ({ method, inputs }) => {
  const { control, treatment, config } = fields(inputs);
  if (method !== 'EffectMoments' || fields(control)['_type'] !== 'RegressionAdjustedRatioStatistic') return undefined;
  const theta = fields(control)['theta'];
  return answer(ratioCupedContrast(columnsOf(control), columnsOf(treatment), typeof theta === 'number' ? theta : undefined), fields(config)['difference_type'] === 'relative');
};

/** GrowthBook's clustered quantile: variances of one event, and of the share below the quantile. */
export const growthbookClusteredQuantile: Adapter = ({ method, inputs }) => {
  if (method !== 'QuantileClusteredStatistic.variance') return undefined;
  const { stat } = fields(inputs);
  const [n, nStar, clusters, probability] = [numberAt(stat, 'n'), numberAt(stat, 'n_star'), numberAt(stat, 'n_clusters'), numberAt(stat, 'nu')];
  const [lower, upper, estimate] = [numberAt(stat, 'quantile_lower'), numberAt(stat, 'quantile_upper'), numberAt(stat, 'quantile_hat')];
  const part = (name: string) => momentsFromSums({ n: clusters, sum: numberAt(stat, `${name}_sum`), sum_squares: numberAt(stat, `${name}_sum_squares`) });
  const { mean, scatter } = jointMoments(part('main'), part('denominator'), numberAt(stat, 'main_denominator_sum_product'));
  const gradient = ratioOutcome.gradient(mean);
  const shareVariance = bilinear(gradient, scatter, gradient) / (clusters - 1) / clusters;
  const summary = { n: nStar, probability, estimate, lower, upper, z: 1.959963984540054 };
  const ofOne = clusteredQuantileVariance(summary, (probability * (1 - probability)) / nStar) * nStar;
  // it shrinks the variance of one event by (n - 1) / n
  return { values: { cluster_variance: shareVariance, iid_variance: (ofOne * (n - 1)) / n, variance: clusteredQuantileVariance(summary, shareVariance) * nStar * ((n - 1) / nStar) } };
};

/** PostHog's adjusted arms. In three arms it fits a slope for each pair, and the control keeps that of the last. */
export const posthogAdjusted: Adapter = ({ method, inputs }) => {
  const at = fields(inputs);
  if (method !== '_adjust_group') return undefined;
  if (at['theta'] === 0) {
    const post = momentsFromSums(at['post']);
    const adjusted = pooledCupedContrast({ ...post, columns: ['y', 'x'], mean: [post.mean[0]!, 0], scatter: [[post.scatter[0]![0]!, 0], [0, 1]] }, { n: 2, columns: ['y', 'x'], mean: [0, 0], scatter: [[1, 0], [0, 1]] }, 'within_arms');
    if (isRefusal(adjusted)) return { values: {} };
    const variance = adjusted.control.standardError ** 2 * post.n;
    return { values: { mean: adjusted.control.value, variance, variance_reduction: 1 - variance / (post.scatter[0]![0]! / (post.n - 1)) } };
  }
  if (at['treatment2_post'] === undefined) return undefined;
  const [control, first, second] = ['control', 'treatment', 'treatment2'].map((name) => posthogArm(inputs, name)) as [Moments, Moments, Moments];
  const pairs = [first, second].map((treatment) => pooledCupedContrast(control, treatment, 'overall'));
  const [one, last] = pairs;
  if (isRefusal(one) || isRefusal(last)) return { values: {} };
  return { values: {
    control: last!.control.standardError * Math.sqrt(control.n),
    treatment1: one!.treatment.standardError * Math.sqrt(first.n), treatment2: last!.treatment.standardError * Math.sqrt(second.n),
  } };
};

function answer(contrast: Contrast | Refusal, relative: boolean): Answer {
  const effect = isRefusal(contrast) ? contrast : relative ? contrast.lift : contrast.difference;
  return isRefusal(effect) ? { values: {} } : { values: { point_estimate: effect.estimate, standard_error: effect.standardError, pairwise_sample_size: effect.n } };
}

/** Columns of one arm: outcomes, then their values before exposure. */
function columnsOf(statistic: unknown): Moments {
  const at = fields(statistic);
  const product = (name: string) => numberAt(statistic, `${name}_sum_of_products`);
  if (at['_type'] === 'RatioStatistic') return jointMoments(momentsFromSums(at['m_statistic']), momentsFromSums(at['d_statistic']), product('m_d'));
  if (at['_type'] !== 'RegressionAdjustedRatioStatistic') return momentsOfStatistic(statistic)!;
  const names = ['m_post', 'd_post', 'm_pre', 'd_pre'];
  const [mPost, dPost, mPre, dPre] = ['m_statistic_post', 'd_statistic_post', 'm_statistic_pre', 'd_statistic_pre'].map((name) => momentsFromSums(at[name])) as [Moments, Moments, Moments, Moments];
  const columns = [mPost, dPost, mPre, dPre];
  const cross = (i: number, j: number): number => (i === j ? columns[i]!.scatter[0]![0]! : product(`${names[i]}_${names[j]}`) - mPost.n * columns[i]!.mean[0]! * columns[j]!.mean[0]!);
  // products are named in this order: m before d with post, post before pre
  const scatter = [[0, 0], [0, 1], [0, 2], [0, 3], [1, 1], [2, 1], [1, 3], [2, 2], [2, 3], [3, 3]]
    .reduce((rows, [i, j]) => { rows[i!]![j!] = rows[j!]![i!] = cross(i!, j!); return rows; }, names.map(() => [0, 0, 0, 0]));
  return { n: mPost.n, columns: names, mean: columns.map(({ mean }) => mean[0]!), scatter };
}

function contrastOf(pairs: readonly (readonly [Moments, Moments])[], first: unknown): Contrast | Refusal {
  const type = String(fields(first)['_type'] ?? '');
  const outcomes = type.includes('Ratio') ? 2 : 1;
  const means = pairs.map(([control, treatment]) => (type.startsWith('RegressionAdjusted') ? commonSlopeMeans(control, treatment, outcomes) : stratumMeans(control, treatment, outcomes)));
  const refused = means.find(isRefusal);
  return refused ?? postStratifiedContrast(means as StratumMeans[], outcomes, outcomes === 2 ? ratioOutcome : meanOutcome);
}

/**
 * Means of one stratum as upstream adjusts them: one slope and one residual variance for both arms, where ours has both in
 * each arm. What is compared is how strata are put together.
 */
function commonSlopeMeans(control: Moments, treatment: Moments, p: number): StratumMeans {
  const n = control.n + treatment.n;
  const k = control.columns.length - p;
  const within = control.scatter.map((row, i) => row.map((sum, j) => sum + treatment.scatter[i]![j]!));
  const solver = new CholeskyDecomposition(new Matrix(within.slice(p).map((row) => row.slice(p))));
  const slopes = solver.solve(new Matrix(within.slice(p).map((row) => row.slice(0, p)))).transpose().to2DArray();
  const inverse = solver.solve(Matrix.eye(k)).to2DArray();
  const residual = slopes.map((slope, i) => slopes.map((_, j) => (within[i]![j]! - slope.reduce((sum, b, c) => sum + b * within[p + c]![j]!, 0)) / (n - 2 - k)));
  const centre = inverse.map((_, c) => (control.n * control.mean[p + c]! + treatment.n * treatment.mean[p + c]!) / n);
  const gaps = [control, treatment].map(({ mean }) => centre.map((at, c) => mean[p + c]! - at));
  const spread = inverse.map((_, c) => inverse.map((_, d) => (within[p + c]![p + d]! + [control, treatment].reduce((sum, arm, a) => sum + arm.n * gaps[a]![c]! * gaps[a]![d]!, 0)) / (n - 1) / n));
  const trace = inverse.reduce((sum, row, c) => sum + row.reduce((inner, v, d) => inner + v * spread[d]![c]!, 0), 0);
  const covariance = Array.from({ length: 2 * p }, (_, i) => Array.from({ length: 2 * p }, (_, j) => {
    const [a, b] = [Math.floor(i / p), Math.floor(j / p)];
    const factor = (a === b ? 1 / [control, treatment][a]!.n : 0) + bilinear(gaps[a]!, inverse, gaps[b]!) + trace;
    return residual[i % p]![j % p]! * factor + bilinear(slopes[i % p]!, spread, slopes[j % p]!);
  }));
  const means = [control, treatment].flatMap(({ mean }, a) => slopes.map((slope, i) => mean[i]! - slope.reduce((sum, b, c) => sum + b * gaps[a]![c]!, 0)));
  return { n, compared: n, means, parts: [{ covariance, degreesOfFreedom: n - 2 - k }] };
}
