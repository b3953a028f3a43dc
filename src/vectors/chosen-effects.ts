import { sharedBoostingEngine } from '../compute/shared-boosting-engine.js';
import { sharedForestEngine } from '../compute/shared-forest-engine.js';
import { chooseEffects } from '../stats/cate/choose-effects.js';
import { cate } from '../stats/estimators/cate/cate.js';
import { chosenLearner, overlapRule } from '../stats/estimators/dml/causal-columns.js';
import type { Features } from '../stats/learners/learner.js';
import { isRefusal } from '../stats/refusal.js';

/** Effects of units by the method that the estimator `cate` chooses with its defaults, and its name. @throws what it refuses */
export async function effectsOfChoice(x: Features, y: Float64Array, d: Float64Array, seed: number, given: object = {}): Promise<{ readonly name: string; readonly effects: Float64Array }> {
  const options = cate.options.parse({ beyondBounds: 'trim', ...given });
  const found = await chooseEffects({ x, y, d, clusters: [] }, {
    methods: options.methods, trees: options.trees, folds: options.folds, loss: options.loss, overlap: overlapRule(options),
    learners: {
      outcome: chosenLearner(options.outcomeLearner, 'regression', 'outcomeLearner', x), propensity: chosenLearner(options.propensityLearner, 'classification', 'propensityLearner', x),
      effect: chosenLearner(options.effectLearner, 'regression', 'effectLearner', x),
    },
  }, { seed, forests: sharedForestEngine, boosting: sharedBoostingEngine });
  if (isRefusal(found)) throw new Error(found.detail);
  return found.judged[0]!;
}
