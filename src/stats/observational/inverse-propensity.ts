import { sumCovariance } from '../dml/clustered-covariance.js';
import { keepOverlap, type OverlapRule } from '../forest/overlap.js';
import { isUsable, notFinite } from '../effects/lift.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { PropensityModel } from './propensity-model.js';

export const weightedTargets = ['all', 'treated', 'control', 'overlap'] as const;
/** Over whom the effect is averaged; overlap: each unit as likely as its chance of either arm, e (1 - e). */
export type WeightedTarget = (typeof weightedTargets)[number];

/** hajek: weights of an arm are divided by their own sum; horvitz_thompson: by the number of units of the target. */
export const normalisations = ['hajek', 'horvitz_thompson'] as const;
export type Normalisation = (typeof normalisations)[number];

export interface ObservedUnits {
  /** outcome, shape (n) */
  readonly y: Float64Array;
  /** 0 or 1, shape (n) */
  readonly d: Float64Array;
  readonly weight: Float64Array;
  readonly clusters: readonly Int32Array[];
}

export interface WeightedEffect {
  readonly estimate: number;
  readonly standardError: number;
  /** independent groups behind the error: units, or clusters */
  readonly groups: number;
  readonly control: number;
  readonly treated: number;
  /** sample weight times inverse propensity, 0 for units left out, shape (n) */
  readonly weights: Float64Array;
  /** units averaged over */
  readonly n: number;
  readonly trimmedShare: number;
}

/** Weight of a treated and of a control unit by propensity, with their derivatives in the logit. */
const WEIGHTS: Readonly<Record<WeightedTarget, { readonly side: 'both' | 'treated' | 'control' | 'neither'; weight(e: number, arm: 0 | 1): number; slope(e: number, arm: 0 | 1): number }>> = {
  all: { side: 'both', weight: (e, arm) => (arm ? 1 / e : 1 / (1 - e)), slope: (e, arm) => (arm ? -(1 - e) / e : e / (1 - e)) },
  treated: { side: 'control', weight: (e, arm) => (arm ? 1 : e / (1 - e)), slope: (e, arm) => (arm ? 0 : e / (1 - e)) },
  control: { side: 'treated', weight: (e, arm) => (arm ? (1 - e) / e : 1), slope: (e, arm) => (arm ? -(1 - e) / e : 0) },
  overlap: { side: 'neither', weight: (e, arm) => (arm ? 1 - e : e), slope: (e, arm) => (arm ? -e * (1 - e) : e * (1 - e)) },
};

/**
 * Difference of inverse-propensity weighted means, its error with what the estimation of propensities does to it (stacked estimating equations).
 *
 * Refuses propensities outside the bounds on the side that is divided by, or leaves their units out, as the rule says; propensities then stay those of all units.
 * @see Lunceford, Davidian (2004), Statistics in Medicine 23(19); Li, Morgan, Zaslavsky (2018), JASA 113(521)
 */
export function weightedEffect(
  { y, d, weight, clusters }: ObservedUnits, { propensity, logit }: PropensityModel, target: WeightedTarget, normalisation: Normalisation, rule: OverlapRule,
): WeightedEffect | Refusal {
  const scheme = WEIGHTS[target];
  const overlapping = keepOverlap({ wHat: propensity, isBinary: true }, rule, scheme.side);
  if (isRefusal(overlapping)) return overlapping;
  const kept = new Uint8Array(y.length);
  for (const row of overlapping.rows) kept[row] = 1;
  const armOf = (row: number): 0 | 1 => (d[row] === 1 ? 1 : 0);
  const weights = y.map((_, row) => (kept[row] ? weight[row]! * scheme.weight(propensity[row]!, armOf(row)) : 0));
  /** of the population of the target, whose total an unnormalised mean is over */
  const members = y.map((_, row) => (kept[row] ? weight[row]! * memberOf(target, propensity[row]!, armOf(row)) : 0));
  const influence = new Float64Array(y.length);
  const slopes = logit?.design.map(() => 0);
  const means = ([0, 1] as const).map((arm) => {
    const own = weights.map((value, row) => (armOf(row) === arm ? value : 0));
    const counted = normalisation === 'hajek' ? own : members;
    const total = counted.reduce((sum, value) => sum + value, 0);
    const mean = y.reduce((sum, value, row) => sum + (own[row]! / total) * value, 0);
    const sign = arm === 1 ? 1 : -1;
    y.forEach((value, row) => {
      influence[row]! += sign * (own[row]! * value - mean * counted[row]!) / total;
      if (!slopes || !kept[row] || armOf(row) !== arm) return;
      const moved = sign * weight[row]! * scheme.slope(propensity[row]!, arm) * (normalisation === 'hajek' ? value - mean : value) / total;
      logit!.design.forEach((column, a) => { slopes[a]! += moved * column[row]!; });
    });
    return mean;
  });
  if (slopes && logit) addEstimation(influence, slopes, logit, d, propensity, weight);
  const estimate = means[1]! - means[0]!;
  const { covariance: [[variance]], groups } = sumCovariance([influence], clusters) as { covariance: [[number]]; groups: number };
  if (!isUsable(estimate)) return notFinite('inverse_propensity');
  if (groups < 2) return refuse('too_few_units', `inverse_propensity needs at least 2 independent units or clusters whose outcomes differ; got ${groups}`, 'Collect more units, or check that the outcome is recorded.');
  const standardError = Math.sqrt(variance);
  if (!isUsable(standardError)) return notFinite('inverse_propensity');
  if (!(standardError > SMALLEST_ERROR * Math.max(...means.map(Math.abs)))) return refuse('zero_variance', 'inverse_propensity needs outcomes that vary within an arm; none do', 'Check that the outcome is recorded, and not a copy of the treatment.');
  const n = kept.reduce((count, isKept, row) => count + (isKept && weight[row]! > 0 ? 1 : 0), 0);
  return { estimate, standardError, groups, control: means[0]!, treated: means[1]!, weights, n, trimmedShare: overlapping.trimmedShare };
}

/** An error that rounding alone can make. */
const SMALLEST_ERROR = 1e-12;

function memberOf(target: WeightedTarget, e: number, arm: 0 | 1): number {
  switch (target) {
    case 'all': return 1;
    case 'treated': return arm;
    case 'control': return 1 - arm;
    case 'overlap': return e * (1 - e);
  }
}

/** Adds what each unit does to the estimate through the coefficients of the logit: slopes' covariance (D - e) x. */
function addEstimation(influence: Float64Array, slopes: readonly number[], { design, covariance }: NonNullable<PropensityModel['logit']>, d: Float64Array, propensity: Float64Array, weight: Float64Array): void {
  const k = design.length;
  const direction = slopes.map((_, a) => slopes.reduce((sum, slope, b) => sum + covariance[a * k + b]! * slope, 0));
  for (let row = 0; row < influence.length; row++) {
    const score = weight[row]! * (d[row]! - propensity[row]!);
    influence[row]! += score * direction.reduce((sum, value, a) => sum + value * design[a]![row]!, 0);
  }
}
