import { isRefusal, type Refusal } from '../../refusal.js';
import { planFolds } from '../folds.js';
import type { Fitted, Learner, LearningContext, Training } from '../learner.js';
import { checkComplete, checkTraining, type Task } from '../training.js';
import { crossValidate, fitPath, type Selection } from './cross-validate.js';
import { checkLevelRows, chooseEncoding, encode, type Encoding } from './encoding.js';
import { linearPredictor, type LinearModel } from './lambda-path.js';
import { inverseLogit } from './logistic-fit.js';

export interface PenalisedOptions {
  /** mix of the penalty: 0 ridge, 1 lasso */
  readonly alpha: number;
  /** the penalty, or how cross-validation chooses it: least error, or the strongest within one standard error of that */
  readonly lambda: number | 'min' | '1se';
  /** folds of cross-validation */
  readonly folds: number;
  /** length of the path */
  readonly lambdas: number;
}

/** A linear model, on the logit scale for a classifier, and how its penalty was chosen. */
export interface FittedLinear extends Fitted {
  readonly model: LinearModel;
  readonly columns: readonly string[];
  readonly encoding: Encoding;
  readonly selection: Selection | null;
}

export interface LinearLearner extends Learner {
  fit(training: Training, context: LearningContext): Promise<FittedLinear | Refusal>;
}

/**
 * Ridge, lasso or elastic net with its penalty by cross-validation, least squares or logistic by task; numbers agree with R's glmnet and cv.glmnet.
 *
 * Columns are standardised inside; coefficients are in units of the outcome a unit of the column. Categorical features are indicators of all levels.
 * Refuses constant outcomes, missing values and fewer rows (clusters) than folds.
 * @see Friedman, Hastie, Tibshirani (2010), J. Stat. Software 33(1)
 */
export function penalisedLearner(name: string, task: Task, options: PenalisedOptions): LinearLearner {
  const about = { name, task, takesMissing: false };
  return {
    ...about,
    async fit(training, context) {
      const refusal = checkTraining(about, training) ?? checkLevelRows(about.name, training.x);
      if (refusal) return refusal;
      const encoding = chooseEncoding(training.x, false);
      const columns = encode(encoding, training.x);
      const shape = { alpha: options.alpha, count: options.lambdas };
      if (typeof options.lambda === 'number') {
        const { models } = fitPath(task, columns, training, { ...shape, lambdas: [options.lambda] });
        return fittedLinear(name, task, encoding, models[0]!, null);
      }
      const folds = planFolds(training.x.n, {
        folds: options.folds, ...(training.cluster && { cluster: training.cluster }), ...(task === 'classification' && { stratify: training.y }),
      }, context.seed);
      if (isRefusal(folds)) return folds;
      const path = fitPath(task, columns, training, shape);
      const selection = crossValidate(task, columns, training, folds, shape, path.lambdas);
      if (isRefusal(selection)) return selection;
      const chosen = options.lambda === 'min' ? selection.lambdaMin : selection.lambda1se;
      return fittedLinear(name, task, encoding, path.models[path.lambdas.indexOf(chosen)]!, selection);
    },
  };
}

export function fittedLinear(name: string, task: Task, encoding: Encoding, model: LinearModel, selection: Selection | null): FittedLinear {
  return {
    model, selection, encoding,
    columns: encoding.columns.map((column) => column.name),
    predict(x) {
      const incomplete = checkComplete(name, x);
      if (incomplete) throw new RangeError(incomplete.detail);
      const eta = linearPredictor(model, encode(encoding, x), x.n);
      return task === 'classification' ? eta.map(inverseLogit) : eta;
    },
  };
}
