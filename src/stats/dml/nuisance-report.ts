import type { Learner } from '../learners/learner.js';

/** How well a nuisance function predicts rows that it did not see. */
export interface NuisanceReport {
  /** such as E[Y | X] */
  readonly nuisance: string;
  readonly learner: string;
  /** mean squared error of a regression, mean log loss of a classification (nats) */
  readonly loss: number;
  /** 1 - mean squared error / variance: the share explained; at most 1, negative for worse than the mean */
  readonly explained: number;
  /** slope of the target on its prediction, 1 when calibrated; null when all predictions are equal */
  readonly calibrationSlope: number | null;
}

/** Log loss is held finite where a probability is 0 or 1. */
const LEAST_PROBABILITY = 1e-12;

export function reportNuisance(
  nuisance: string, { name, task }: Learner, target: Float64Array, predictions: Float64Array, weight: Float64Array | undefined, among: ArrayLike<number> | undefined,
): NuisanceReport {
  const weights = target.map((_, row) => (among && among[row] === 0 ? 0 : weight ? weight[row]! : 1));
  const total = weights.reduce((sum, value) => sum + value, 0);
  const mean = (of: (row: number) => number) => weights.reduce((sum, value, row) => (value > 0 ? sum + (value / total) * of(row) : sum), 0);
  const [yBar, fBar] = [mean((row) => target[row]!), mean((row) => predictions[row]!)];
  const error = mean((row) => (target[row]! - predictions[row]!) ** 2);
  const variance = mean((row) => (target[row]! - yBar) ** 2);
  const spread = mean((row) => (predictions[row]! - fBar) ** 2);
  const slope = mean((row) => (target[row]! - yBar) * (predictions[row]! - fBar)) / spread;
  const logLoss = () => mean((row) => {
    const p = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, predictions[row]!));
    return -(target[row]! * Math.log(p) + (1 - target[row]!) * Math.log1p(-p));
  });
  return { nuisance, learner: name, loss: task === 'classification' ? logLoss() : error, explained: 1 - error / variance, calibrationSlope: Number.isFinite(slope) ? slope : null };
}

/** Reports of the same nuisances over repetitions, averaged. */
export function averageReports(repetitions: readonly (readonly NuisanceReport[])[]): NuisanceReport[] {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return repetitions[0]!.map(({ nuisance, learner }, k) => {
    const reports = repetitions.map((reports) => reports[k]!);
    const slopes = reports.map(({ calibrationSlope }) => calibrationSlope).filter((slope) => slope !== null);
    return { nuisance, learner, loss: mean(reports.map(({ loss }) => loss)), explained: mean(reports.map(({ explained }) => explained)), calibrationSlope: slopes.length > 0 ? mean(slopes) : null };
  });
}
