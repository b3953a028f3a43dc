import { refuse } from '../../refusal.js';
import type { Training } from '../learner.js';
import { checkTraining } from '../training.js';
import { checkLevelRows, chooseEncoding, encode } from './encoding.js';
import { leastSquares } from './gaussian-path.js';
import { fitLogistic, interceptOnly } from './logistic-fit.js';
import { standardDesign, unstandardiseLogistic } from './logistic-path.js';
import { fittedLinear, penalisedLearner, type LinearLearner } from './penalised.js';
import { weightedMoments } from './weighted-moments.js';

/** Ordinary (weighted) least squares; a column that others determine is left out, as in R's lm. */
export function linearLearner(): LinearLearner {
  const about = { name: 'linear', task: 'regression', takesMissing: false } as const;
  return {
    ...about,
    async fit(training) {
      const refusal = checkTraining(about, training) ?? checkLevelRows(about.name, training.x);
      if (refusal) return refusal;
      const encoding = chooseEncoding(training.x, true);
      const moments = weightedMoments([...encode(encoding, training.x), training.y], training.weight ?? null, null);
      return fittedLinear(about.name, about.task, encoding, leastSquares(moments), null);
    },
  };
}

export interface LogisticOptions {
  /** when a hyperplane parts the labels and no finite estimate exists: refuse, or take a ridge penalty by cross-validation */
  readonly whenSeparated: 'refuse' | 'penalise';
}

const RIDGE = { alpha: 0, lambda: 'min', folds: 10, lambdas: 100 } as const;

/**
 * Logistic regression by iteratively reweighted least squares with step-halving; agrees with R's glm.
 *
 * Refuses (or penalises, by the caller's choice) labels that a hyperplane separates, since the estimate is then infinite.
 */
export function logisticLearner({ whenSeparated }: LogisticOptions): LinearLearner {
  const about = { name: 'logistic', task: 'classification', takesMissing: false } as const;
  return {
    ...about,
    async fit(training, context) {
      const refusal = checkTraining(about, training) ?? checkLevelRows(about.name, training.x);
      if (refusal) return refusal;
      const encoding = chooseEncoding(training.x, true);
      const design = standardDesign(encode(encoding, training.x), training.y, training.weight ?? null);
      const state = fitLogistic(design, interceptOnly(design), { absolute: 0, square: 0 });
      if (state.isConverged && !isExtreme(state.eta, training)) {
        return fittedLinear(about.name, about.task, encoding, unstandardiseLogistic(design, state), null);
      }
      if (whenSeparated === 'refuse') {
        return refuse('not_identified', 'logistic found a hyperplane that separates the labels, at least in part, so that its estimate is infinite',
          'Penalise (whenSeparated: penalise, ridge, lasso), or drop the columns that determine the label.');
      }
      return penalisedLearner(about.name, about.task, RIDGE).fit(training, context);
    },
  };
}

/** A logit beyond this on a row with weight is a probability that float64 cannot tell from 0 or 1: the mark of separation. */
const LARGEST_LOGIT = 30;

const isExtreme = (eta: Float64Array, { weight }: Training): boolean =>
  eta.some((value, row) => Math.abs(value) > LARGEST_LOGIT && (!weight || weight[row]! > 0));
