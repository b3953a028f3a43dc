import { increasingRoot } from '../numeric/increasing-root.js';
import { sumCovariance } from './clustered-covariance.js';
import type { RepeatedEffect } from './repeated.js';
import type { Sample } from './sample.js';

/** How strong an omitted confounder must be to explain an effect away. */
export interface Robustness {
  /** share of the residual variance of outcome and of treatment (of the representer) that it must explain to move the estimate to 0, in [0, 1] */
  readonly ofEstimate: number;
  /** the same, to move the nearer end of the interval to 0; 0 when the interval holds 0 */
  readonly ofInterval: number;
  /** standard deviation of the outcome's residual times that of the representer: bias is at most this times the confounder's strength */
  readonly scale: number;
}

/**
 * Robustness values of a partially linear or interactive effect, at the central repetition.
 *
 * A confounder that explains the share c of both residual variances biases by at most scale x c / sqrt(1 - c).
 * Null for scores without the two moments (the IV-type score, the effect on the treated), and when the representer's variance is not positive.
 * @param critical of the two-sided interval, in standard errors
 * @see Chernozhukov, Cinelli, Newey, Sharma, Syrgkanis (2022), NBER 30302, "Long story short"; Cinelli, Hazlett (2020), JRSS B 82(1)
 */
export function robustness({ central: { scored, root } }: RepeatedEffect, { weight, clusters }: Sample, critical: number): Robustness | null {
  const { strength, score: { kept } } = scored;
  if (!strength) return null;
  const weights = Float64Array.from(kept, (isKept, row) => (isKept ? (weight ? weight[row]! : 1) : 0));
  const total = weights.reduce((sum, value) => sum + value, 0);
  const share = (row: number) => weights[row]! / total;
  const meanOf = (values: Float64Array) => values.reduce((sum, value, row) => (weights[row]! > 0 ? sum + share(row) * value : sum), 0);
  const [outcome, representer] = [meanOf(strength.outcome), meanOf(strength.representer)];
  const scale = Math.sqrt(outcome * representer);
  if (!(scale > 0 && scale < Infinity)) return null;
  const ofScale = strength.outcome.map((value, row) => (weights[row]! > 0
    ? (share(row) * (representer * (value - outcome) + outcome * (strength.representer[row]! - representer))) / (2 * scale) : 0));
  const ofEffect = root.influence.map((value) => (Math.sign(root.estimate) * value) / kept.length);
  const { covariance } = sumCovariance([ofEffect, ofScale], clusters);
  const errorAt = (bias: number) => Math.sqrt(Math.max(0, covariance[0]![0]! - 2 * bias * covariance[0]![1]! + bias * bias * covariance[1]![1]!));
  const size = Math.abs(root.estimate);
  const gap = (bias: number) => bias * scale + critical * errorAt(bias) - size;
  const bias = gap(0) >= 0 ? 0 : increasingRoot(gap, 0, size / scale);
  return bias === null ? null : { ofEstimate: shareOf(size / scale), ofInterval: shareOf(bias), scale };
}

/** c of c / sqrt(1 - c) = bias. */
const shareOf = (bias: number): number => (bias === 0 ? 0 : 2 / (1 + Math.sqrt(1 + (2 / bias) ** 2)));
