import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { momentsOf, type Moments } from '../summaries/moments.js';
import { clusteredContrast, type ClusterArm } from './clustered-difference.js';
import { contrasts } from './contrast.js';
import type { Contrast } from './effect.js';
import type { Outcome } from './outcome.js';

/** The clusters of one arm. */
export interface ArmClusters {
  /** units of each cluster, shape (clusters) */
  readonly sizes: readonly number[];
  /** means over the units of each cluster, outcomes first, then covariates, shape (clusters, columns) */
  readonly means: readonly (readonly number[])[];
}

/**
 * Clusters that an arm needs before a covariate is adjusted for: the errors are then of the delta method, which holds for many clusters. Of tests at 5 %
 * with one covariate, clusters of 2 to 30 units and no effect, 6.2 % rejected at 10 clusters an arm and 4.9 % at 15 (3,000 replicates, standard error 0.4).
 */
export const LEAST_ADJUSTED_CLUSTERS = 20;

/**
 * Every treatment arm against the control where clusters were randomised whole, on any metric that is a function of means over units.
 *
 * Means and ratios without covariates have CR2 errors and Bell and McCaffrey's degrees of freedom; other metrics the delta method through
 * totals of clusters, with clusters less covariates less one. Covariates are adjusted for as cluster totals about their mean
 * over all units (Lin's adjustment of the linearised ratio). `n` counts clusters.
 * @see Bell, McCaffrey (2002), Survey Methodology 28(2); Su, Ding (2021), JRSS B 83(5)
 */
export function clusterContrasts(control: ArmClusters, treatments: readonly ArmClusters[], outcomes: number, outcome: Outcome): (Contrast | Refusal)[] {
  const covariates = (control.means[0] ?? treatments.find(({ means }) => means.length > 0)?.means[0] ?? []).length - outcomes;
  const isPlain = covariates <= 0 && (outcomes === 1 || outcome.denominator !== undefined);
  if (isPlain) {
    const [base, ...arms] = [control, ...treatments].map((arm) => weightedArm(arm, outcome));
    return arms.map((arm) => (isRefusal(base) ? base : isRefusal(arm) ? arm : clusteredContrast(base!, arm)));
  }
  const all = [control, ...treatments];
  const least = Math.min(...all.map(({ sizes }) => sizes.length));
  if (covariates > 0 && least < LEAST_ADJUSTED_CLUSTERS) {
    const refusal = refuse('too_few_units', `clusterContrasts needs at least ${LEAST_ADJUSTED_CLUSTERS} clusters in each arm to adjust for covariates; an arm has ${least}`, 'Leave the covariates out, or randomise more clusters.');
    return treatments.map(() => refusal);
  }
  const centre = covariateCentre(all, outcomes, covariates);
  const [base, ...arms] = all.map((arm) => totalsOf(arm, outcomes, centre));
  return contrasts(base!, arms, outcomes + 1, perUnit(outcome, outcomes));
}

/** A mean over units, or a ratio of two, as a weighted mean over clusters. */
function weightedArm({ sizes, means }: ArmClusters, outcome: Outcome): ClusterArm | Refusal {
  const isRatio = outcome.denominator !== undefined;
  const weights = Float64Array.from(sizes, (size, g) => size * (isRatio ? means[g]![1]! : 1));
  const total = weights.reduce((a, b) => a + b, 0);
  if (weights.length > 0 && (weights.some((weight) => weight < 0) || !(total > 0))) {
    return refuse('denominator_near_zero', 'clusterContrasts needs a denominator that is positive in each arm and negative in no cluster', 'Compare the numerator alone, or choose a denominator that counts something.');
  }
  const sums = Float64Array.from(sizes, (size, g) => size * means[g]![0]!);
  const first = sums.reduce((a, b) => a + b, 0) / total;
  const centred = (at: number): Float64Array => sums.map((sum, g) => sum - at * weights[g]!);
  const mean = first + centred(first).reduce((a, b) => a + b, 0) / total;
  return { mean, residuals: centred(mean), sizes: weights };
}

/** Means of the covariates over all units of all arms. */
function covariateCentre(arms: readonly ArmClusters[], outcomes: number, covariates: number): number[] {
  const units = arms.reduce((sum, { sizes }) => sum + sizes.reduce((a, b) => a + b, 0), 0);
  return Array.from({ length: Math.max(0, covariates) }, (_, c) =>
    arms.reduce((sum, { sizes, means }) => sum + sizes.reduce((part, size, g) => part + size * means[g]![outcomes + c]!, 0), 0) / units);
}

/** Moments over clusters of outcome totals, sizes, and totals of covariates about their centre. */
function totalsOf({ sizes, means }: ArmClusters, outcomes: number, centre: readonly number[]): Moments {
  const column = (value: (size: number, cluster: number) => number): Float64Array => Float64Array.from(sizes, value);
  return momentsOf({
    ...Object.fromEntries(Array.from({ length: outcomes }, (_, i) => [`outcome ${i}`, column((size, g) => size * means[g]![i]!)])),
    size: column((size) => size),
    ...Object.fromEntries(centre.map((at, c) => [`covariate ${c}`, column((size, g) => size * (means[g]![outcomes + c]! - at))])),
  });
}

/** An outcome of means over units, as one of mean totals and the mean size of clusters, which stands last. */
function perUnit(outcome: Outcome, outcomes: number): Outcome {
  const means = (totals: readonly number[]): number[] => totals.slice(0, outcomes).map((total) => total / totals[outcomes]!);
  return {
    value: (totals) => outcome.value(means(totals)),
    gradient: (totals) => {
      const gradient = outcome.gradient(means(totals));
      const size = totals[outcomes]!;
      return [...gradient.map((g) => g / size), -gradient.reduce((sum, g, i) => sum + g * totals[i]!, 0) / (size * size)];
    },
    ...(outcome.denominator === undefined ? {} : { denominator: outcome.denominator }),
  };
}
