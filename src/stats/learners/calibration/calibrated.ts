import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { crossFit } from '../cross-fit.js';
import { planFolds, type Folds } from '../folds.js';
import type { Fitted, Learner, LearningContext, Training } from '../learner.js';
import { inverseLogit } from '../linear/logistic-fit.js';
import { checkTraining } from '../training.js';
import { isotonicRegression, isotonicValue } from './isotonic.js';
import { logitOf, plattScaling } from './platt.js';

export const calibrations = ['isotonic', 'platt'] as const;
export type Calibration = (typeof calibrations)[number];

export interface FittedCalibrated extends Fitted {
  /** the learner of all rows, before calibration */
  readonly base: Fitted;
  /** a prediction of `base` as it is calibrated */
  calibrate(prediction: number): number;
}

export interface CalibratedLearner extends Learner {
  fit(training: Training, context: LearningContext): Promise<FittedCalibrated | Refusal>;
}

/**
 * A learner whose predictions are calibrated by those of rows that its models did not see; the learner itself then learns from all rows.
 *
 * Isotonic for expectations and probabilities, Platt for probabilities. Refuses what the learner refuses, and fewer rows (clusters) than folds.
 */
export function calibratedLearner(base: Learner, method: Calibration, folds: number): CalibratedLearner {
  const about = { name: 'calibrated', task: base.task, takesMissing: base.takesMissing };
  return {
    ...about,
    async fit(training, context) {
      const plan = checkTraining(about, training) ?? innerFolds(training, base.task, folds, context.seed);
      if (isRefusal(plan)) return plan;
      const crossed = await crossFit(base, training, plan, context);
      if (isRefusal(crossed)) return crossed;
      const calibrate = calibrationOf(method, base, crossed.predictions, training);
      if (isRefusal(calibrate)) return calibrate;
      const fitted = await base.fit(training, context);
      if (isRefusal(fitted)) return fitted;
      return { base: fitted, calibrate, predict: (x) => fitted.predict(x).map(calibrate) };
    },
  };
}

/** Folds inside one training set: clusters are kept whole, shares of labels alike. */
export const innerFolds = ({ x, y, cluster }: Training, task: Learner['task'], folds: number, seed: number): Folds | Refusal =>
  planFolds(x.n, { folds, ...(cluster && { cluster }), ...(task === 'classification' && { stratify: y }) }, seed, INNER);

/** Names folds inside a training set among the repetitions of a seed. */
const INNER = 0x1d1e;

function calibrationOf(method: Calibration, { name, task }: Learner, predictions: Float64Array, { y, weight }: Training): ((prediction: number) => number) | Refusal {
  if (!predictions.every(Number.isFinite)) return refuse('not_finite', `predictions of ${name} overflow`, 'Rescale the columns.');
  if (method === 'isotonic') {
    const map = isotonicRegression(predictions, y, weight);
    return (prediction) => isotonicValue(map, prediction);
  }
  if (task !== 'classification') return refuse('unsupported_combination', 'Platt scaling is for probabilities', 'Calibrate expectations by isotonic regression.');
  const map = plattScaling(predictions.map(logitOf), y, weight);
  return isRefusal(map) ? map : (prediction) => inverseLogit(map.intercept + map.slope * logitOf(prediction));
}
