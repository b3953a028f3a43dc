import type { Effect } from '../effects/effect.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { forestStreams, outOfBagEffects } from './causal-forest.js';
import { debiasingWeights } from './doubly-robust-scores.js';
import type { EngineOptions, ForestEngine } from './forest-engine.js';
import { groupsAmong } from './groups.js';
import { planGrowth } from './growth-plan.js';
import type { InstrumentalForest } from './instrumental-forest.js';
import { meanScore } from './mean-score.js';
import { observationWeights } from './observation-weights.js';
import { keepWhere, type OverlapRule } from './overlap.js';
import { progressPart } from './progress-part.js';
import { checkCoverage } from './regression-forest.js';
import { standardise } from './standardise.js';

export interface LocalAverageEffect {
  /** of the treatment on those whom the instrument moves, in units of y per unit of w */
  readonly effect: Effect;
  /** tau(x), the effect on those at x whom the instrument moves, averaged over everyone; null where it hardly moves the treatment of some, or moves it the other way */
  readonly everyone: Effect | null;
  /** of the instrument on the outcome, and on the treatment: with a binary treatment the share of compliers */
  readonly reducedForm: Effect;
  readonly firstStage: Effect;
  readonly trimmedShare: number;
  /** independent groups behind the errors: clusters, or rows */
  readonly groups: number;
}

/** Trees of the forest of the first stage, unless the instrumental forest has fewer. */
const COMPLIANCE_TREES = 500;
const COMPLIANCE_DONE = 0.7;
/** Of the treatment's standard deviation: scores of units that are moved less say nothing. */
const HARDLY_MOVED = 0.01;

/**
 * Local average treatment effect: the mean effect of the instrument on the outcome over its mean effect on the treatment, both by augmented
 * inverse-propensity weighting with the instrument's propensity; errors of the ratio by linearisation, by cluster when the forest has clusters.
 *
 * The effect on the treatment at each row is a causal forest of W on Z; that on the outcome its product with the instrumental forest's tau.
 * The average over everyone divides by the effect on the treatment at each row, so that it is more variable.
 * @param leastF first-stage F below which it refuses: a ratio of estimates is then far from normal
 * Refuses a want of overlap of the instrument (see `OverlapRule`) and fewer than two independent groups.
 * @see Frölich (2007), Journal of Econometrics 139(1); Tan (2006), JASA 101(476)
 */
export async function localAverageEffect(
  engine: ForestEngine, forest: InstrumentalForest, rule: OverlapRule, leastF: number, options: EngineOptions = {},
): Promise<LocalAverageEffect | Refusal> {
  const { y, w, z, yHat, wHat, zHat, tauHat } = forest;
  const isBinary = z.every((value) => value === 0 || value === 1);
  const [lowest, highest] = rule.bounds;
  const kept = keepWhere(Int32Array.from(z.keys()), rule, (row) => !isBinary || (zHat[row]! >= lowest && zHat[row]! <= highest));
  if (isRefusal(kept)) return kept;
  const moved = await outOfBagCompliance(engine, forest, progressPart(options, 0, COMPLIANCE_DONE));
  if (isRefusal(moved)) return moved;
  const debiasing = await debiasingWeights(engine, { ...forest, w: z, wHat: zHat, isBinary }, progressPart(options, COMPLIANCE_DONE, 1));
  if (isRefusal(debiasing)) return debiasing;

  const score = (column: Float64Array, fitted: Float64Array, effect: (row: number) => number) => Float64Array.from(kept.rows, (row) =>
    effect(row) + debiasing[row]! * (column[row]! - fitted[row]! - effect(row) * (z[row]! - zHat[row]!)));
  const onOutcome = score(y, yHat, (row) => tauHat[row]! * moved[row]!);
  const onTreatment = score(w, wHat, (row) => moved[row]!);
  const all = observationWeights(forest);
  const weight = Float64Array.from(kept.rows, (row) => all[row]!);
  const groups = groupsAmong(kept.rows, forest.rows.clusters, weight);
  const reducedForm = meanScore(onOutcome, weight, groups);
  if (isRefusal(reducedForm)) return reducedForm;
  const firstStage = meanScore(onTreatment, weight, groups);
  if (isRefusal(firstStage)) return firstStage;
  const f = (firstStage.estimate / firstStage.standardError) ** 2;
  if (!(f >= leastF)) {
    return refuse('not_identified', `the instrument moves the treatment by ${firstStage.estimate.toPrecision(3)} (F ${f.toPrecision(3)}); a local average effect needs a first-stage F of at least ${leastF}`,
      'Bring more units, or an instrument that moves the treatment more.');
  }
  const estimate = reducedForm.estimate / firstStage.estimate;
  const error = meanScore(onOutcome.map((value, i) => (value - estimate * onTreatment[i]!) / firstStage.estimate), weight, groups);
  if (isRefusal(error)) return error;
  const isMoved = kept.rows.every((row) => Math.sign(firstStage.estimate) * moved[row]! > HARDLY_MOVED * standardise(w).scale);
  const everyone = isMoved ? meanScore(Float64Array.from(kept.rows, (row) =>
    tauHat[row]! + (debiasing[row]! / moved[row]!) * (y[row]! - yHat[row]! - tauHat[row]! * (w[row]! - wHat[row]!))), weight, groups) : null;
  return {
    effect: { ...error, estimate }, everyone: everyone && !isRefusal(everyone) ? everyone : null, reducedForm, firstStage,
    trimmedShare: kept.trimmedShare, groups: groups.count,
  };
}

/** Effect of the instrument on the treatment at each row, by a causal forest's trees that did not draw it, in units of w per unit of z. */
async function outOfBagCompliance(
  engine: ForestEngine, { w, z, wHat, zHat, rows, settings, weight }: InstrumentalForest, options: EngineOptions,
): Promise<Float64Array | Refusal> {
  const treatment = standardise(w.map((value, i) => value - wHat[i]!));
  const instrument = standardise(z.map((value, i) => value - zHat[i]!));
  const plan = planGrowth(rows, 'causal', { ...settings, trees: Math.min(settings.trees, COMPLIANCE_TREES), bagTrees: 1 }, forestStreams.compliance, {
    treatment: instrument.values, outcome: treatment.values, weight: weight && Float32Array.from(weight),
  });
  if (isRefusal(plan)) return plan;
  const growth = await engine.grow(rows, plan, false, options);
  if (isRefusal(growth)) return growth;
  return checkCoverage(growth.outOfBag) ?? outOfBagEffects(growth.outOfBag, plan.leafValues, treatment.scale / instrument.scale);
}
