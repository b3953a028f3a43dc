import { sampleRatio } from './allocation/sample-ratio.js';
import { cate } from './cate/cate.js';
import { clusterDifference } from './cluster/difference.js';
import { complierEffect } from './encouragement/complier-effect.js';
import { averageDerivative } from './dml/average-derivative.js';
import { iivm } from './dml/iivm.js';
import { irm } from './dml/irm.js';
import { pliv } from './dml/pliv.js';
import { plr } from './dml/plr.js';
import { factorialEffects } from './factorial/effects.js';
import { bestLinearProjection } from './forest/best-linear-projection.js';
import { causalForest } from './forest/causal-forest.js';
import { causalSurvivalForest } from './forest/causal-survival-forest.js';
import { groupEffects } from './forest/group-effects.js';
import { instrumentalForest } from './forest/instrumental-forest.js';
import { multiArmForest } from './forest/multi-arm-forest.js';
import { rankWeightedEffect } from './forest/rank-weighted-effect.js';
import { pairedGeo } from './geo/paired.js';
import { interactionPair } from './interaction/pair.js';
import { interactionScreen } from './interaction/screen.js';
import { anytimeBoundedMean } from './mean/anytime-bounded-mean.js';
import { cupac } from './mean/cupac.js';
import { cuped } from './mean/cuped.js';
import { lin } from './mean/lin.js';
import { welch } from './mean/welch.js';
import { anytimeProportions } from './proportion/anytime-proportions.js';
import { twoProportions } from './proportion/two-proportions.js';
import { costCurve } from './policy/cost-curve.js';
import { policyClassifier } from './policy/policy-classifier.js';
import { policyTree } from './policy/policy-tree.js';
import { inversePropensity } from './observational/inverse-propensity.js';
import { matching } from './observational/matching.js';
import { regressionAdjustment } from './observational/regression-adjustment.js';
import { twoStageLeastSquares } from './observational/two-stage-least-squares.js';
import { postStratifiedMean } from './poststratification/mean.js';
import { postStratifiedRatio } from './poststratification/ratio.js';
import { anytimeQuantile } from './quantile/anytime-quantile.js';
import { clusteredQuantile } from './quantile/clustered-quantile.js';
import { quantile } from './quantile/quantile.js';
import { ratioCuped } from './ratio/ratio-cuped.js';
import { ratioDelta } from './ratio/ratio-delta.js';
import { switchback } from './switchback/regression.js';
import { tmle } from './tmle/tmle.js';
import { upliftCurve } from './uplift/uplift-curve.js';
import { upliftForest } from './uplift/uplift-forest.js';

/** Every estimator, in the order that lists show them. */
export const estimators = [
  welch, lin, cuped, cupac, postStratifiedMean, twoProportions, ratioDelta, ratioCuped, postStratifiedRatio, quantile, clusteredQuantile,
  anytimeProportions, anytimeBoundedMean, anytimeQuantile,
  clusterDifference, switchback, pairedGeo, complierEffect, factorialEffects, interactionPair, interactionScreen,
  causalForest, groupEffects, bestLinearProjection, rankWeightedEffect, multiArmForest, instrumentalForest, causalSurvivalForest,
  regressionAdjustment, inversePropensity, matching, twoStageLeastSquares,
  plr, irm, pliv, iivm, averageDerivative, tmle, cate,
  policyTree, policyClassifier, costCurve, sampleRatio,
  upliftCurve, upliftForest,
] as const;
