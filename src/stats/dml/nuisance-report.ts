import { predictionQuality } from '../learners/nuisance-report.js';
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

/** Null when the target does not vary among the rows that count. */
export function reportNuisance(
  nuisance: string, { name, task }: Learner, target: Float64Array, predictions: Float64Array, weight: Float64Array | undefined, among: ArrayLike<number> | undefined,
): NuisanceReport | null {
  const quality = predictionQuality(task, target, predictions, weight, among);
  return quality && { nuisance, learner: name, loss: quality.logLoss ?? quality.squaredError, explained: quality.rSquared, calibrationSlope: quality.calibration.slope };
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
