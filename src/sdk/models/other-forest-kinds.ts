import { z } from 'zod';
import type { ModelMetrics } from '../../stats/cate/model-metrics.js';
import { category, numeric, OptionsError, type Category, type EstimationContext, type Numeric } from '../../stats/estimators/estimator.js';
import { forestInput, forestRoles, otherForestOptions, type ForestInput } from '../../stats/estimators/forest/forest-input.js';
import { armAverages } from '../../stats/forest/arm-averages.js';
import { growCausalSurvivalForest } from '../../stats/forest/causal-survival-forest.js';
import { survivalTargets } from '../../stats/forest/censored-outcomes.js';
import { growInstrumentalForest } from '../../stats/forest/instrumental-forest.js';
import { localAverageEffect } from '../../stats/forest/local-average-effect.js';
import { growMultiArmForest } from '../../stats/forest/multi-arm-forest.js';
import { progressPart } from '../../stats/forest/progress-part.js';
import { survivalAverage } from '../../stats/forest/survival-average.js';
import { variableImportance } from '../../stats/forest/variable-importance.js';
import { isRefusal, refuse } from '../../stats/refusal.js';
import type { ModelKind, TrainingColumns } from './kind.js';
import { loadMomentForest, momentScorer, type MomentForest } from './moment-forest.js';

const GRF = 'Athey, Tibshirani, Wager (2019), Annals of Statistics 47(2)';
/** Share of the work that is done when the forest is grown. */
const FORESTS = 0.8;
const { propensity: _, ...shared } = otherForestOptions;

type Grown = Pick<MomentForest, 'features' | 'binning' | 'trees'>;
const kept = ({ features, binning, trees }: Grown, rest: Pick<MomentForest, 'family' | 'scale' | 'treatments' | 'contrast'>): MomentForest => ({ features, binning, trees, ...rest });

/** What these forests do not say of themselves: they are not judged as a ranking, nor calibrated. */
const metricsOf = ({ features, trees }: Grown, average: NonNullable<ModelMetrics['average']>, effects: Float64Array): ModelMetrics => ({
  average, effects, fit: null, rate: null, importance: variableImportance(trees, features.length),
  calibration: refuse('unsupported_combination', 'ranking and calibration are judged of causal forests and meta-learners alone', 'Train one of these where the effect allows it.'),
});

const inputOf = (columns: object, chosen: object, context: EstimationContext): ForestInput => forestInput(columns as TrainingColumns, { propensity: null, ...chosen } as never, context);

const instrumentalOptions = z.strictObject({
  ...shared,
  instrumentPropensity: z.number().gt(0).lt(1).nullable().default(null).describe('share whose instrument is 1 by design, when it was randomised alike for all; null: estimated'),
  leastF: z.number().gte(0).default(10).describe('first-stage F below which nothing is trained'),
});

/** The effect on those whom an instrument moves. */
export const instrumentalKind: ModelKind = {
  title: 'instrumental forest: effects on those whom an instrument moves, with variances',
  references: [`${GRF}, section 7`, 'Frölich (2007), Journal of Econometrics 139(1)'],
  options: instrumentalOptions,
  roles: { ...forestRoles, treatment: numeric('whether, or how much of, the treatment a unit took'), instrument: numeric('1 where encouraged and 0 elsewhere, or a continuous instrument; as good as random given the covariates') },
  async train(columns, given, context) {
    const { instrumentPropensity, leastF, ...chosen } = given as z.output<typeof instrumentalOptions>;
    const z = (columns as unknown as { readonly instrument: Numeric }).instrument.values;
    const { engine, data, choices, overlap, engineOptions } = inputOf(columns, chosen, context);
    const forest = await growInstrumentalForest(engine, { ...data, z, ...(instrumentPropensity !== null && { zHat: new Float64Array(z.length).fill(instrumentPropensity) }) },
      { ...choices, minNodeSize: chosen.minNodeSize }, progressPart(engineOptions, 0, FORESTS));
    if (isRefusal(forest)) return forest;
    const found = await localAverageEffect(engine, forest, overlap, leastF, progressPart(engineOptions, FORESTS, 1));
    if (isRefusal(found)) return found;
    const scorer = momentScorer(kept(forest, { family: 'instrumental', scale: forest.effectScale, treatments: 1, contrast: 0 }));
    return { scorer, metrics: metricsOf(forest, { ...found.effect, trimmedShare: found.trimmedShare }, forest.tauHat) };
  },
  load: (bytes) => loaded(bytes, 'instrumental'),
};

const survivalOptions = z.strictObject({
  horizon: z.number().gt(0).describe('time up to which, or beyond which, survival is compared; in units of the time column'),
  estimand: z.enum(survivalTargets).default('rmst').describe('rmst: mean time to the event up to the horizon; survival_probability: share without the event beyond it'),
  leastObserved: z.number().gt(0).lt(1).default(0.05).describe('least probability to be still observed that a unit is weighted by; with less nothing is trained'),
  ...otherForestOptions,
});
const { outcome: __, ...withoutOutcome } = forestRoles;

/** The effect on the time to an event that is not seen for all units. */
export const causalSurvivalKind: ModelKind = {
  title: 'causal survival forest: effects on the time to an event, with variances',
  references: ['Cui, Kosorok, Sverdrup, Wager, Zhu (2023), JRSS B 85(2)'],
  options: survivalOptions,
  roles: {
    time: numeric('time to the event, or to the end of observation where there was none; at least 0'), event: numeric('1 where the event was seen, 0 where observation ended before it'),
    ...withoutOutcome, treatment: numeric('1 for treated and 0 for control units'),
  },
  async train(columns, given, context) {
    const { horizon, estimand, leastObserved, ...chosen } = given as z.output<typeof survivalOptions>;
    const { time, event } = columns as unknown as { readonly time: Numeric; readonly event: Numeric };
    const { engine, data: { y: ___, ...data }, choices, overlap, engineOptions } = inputOf({ ...columns, outcome: time }, chosen, context);
    const forest = await growCausalSurvivalForest(engine, { ...data, time: time.values, event: event.values }, { ...choices, minNodeSize: chosen.minNodeSize, target: estimand, horizon, leastObserved }, engineOptions);
    if (isRefusal(forest)) return forest;
    const average = survivalAverage(forest, overlap);
    if (isRefusal(average)) return average;
    const scorer = momentScorer(kept(forest, { family: 'causal_survival', scale: forest.effectScale, treatments: 1, contrast: 0 }));
    return { scorer, metrics: metricsOf(forest, average, forest.tauHat) };
  },
  load: (bytes) => loaded(bytes, 'causal_survival'),
};

const multiArmOptions = z.strictObject({
  control: z.string().optional().describe('level of the treatment column that arms are compared with; absent: the first'),
  arm: z.string().optional().describe('level whose effect against the control is scored; absent: the only other one. Splits are placed by all arms together'),
  ...shared,
});

/** The effect of one of several arms, by a forest of all of them. */
export const multiArmKind: ModelKind = {
  title: 'multi-arm causal forest, scored for one arm against the control, with variances',
  references: [GRF, 'Nie, Wager (2021), Biometrika 108(2)'],
  options: multiArmOptions,
  roles: { ...forestRoles, treatment: category('arm of each unit; two to sixteen') },
  async train({ treatment: given, ...columns }, options, context) {
    const { control: asked, arm, ...chosen } = options as z.output<typeof multiArmOptions>;
    const { levels, codes } = given as unknown as Category;
    const { control, compared } = armsOf(levels, asked, arm);
    const arms = [control, ...levels.filter((level) => level !== control)];
    const { engine, data: { y, features, x, categorical = [], weight = null, cluster = null }, choices, overlap, engineOptions } = inputOf({ ...columns, treatment: { name: 'treatment', values: Float64Array.from(codes) } }, chosen, context);
    const forest = await growMultiArmForest(engine, { features, x, categorical, weight, cluster, y: { outcome: y }, arms, arm: codes.map((code) => arms.indexOf(levels[code]!)) }, { ...choices, minNodeSize: chosen.minNodeSize }, engineOptions);
    if (isRefusal(forest)) return forest;
    const found = armAverages(forest, overlap);
    if (isRefusal(found)) return found;
    const contrast = arms.indexOf(compared) - 1;
    const scorer = momentScorer(kept(forest, { family: 'multi_arm', scale: forest.scales[contrast]!, treatments: arms.length - 1, contrast }));
    return { scorer, metrics: metricsOf(forest, { ...found.averages.find((each) => each.arm === compared)!, trimmedShare: found.trimmedShare }, forest.tauHat[contrast]!) };
  },
  load: (bytes) => loaded(bytes, 'multi_arm'),
};

/** @throws OptionsError for arms that the column does not have, and where it must be said which is scored */
function armsOf(levels: readonly string[], control = levels[0]!, arm?: string): { readonly control: string; readonly compared: string } {
  const others = levels.filter((level) => level !== control);
  if (!levels.includes(control)) throw new OptionsError(`control must be one of ${levels.join(', ')}; got "${control}"`, ['options', 'control']);
  if (arm === undefined && others.length !== 1) throw new OptionsError(`arm must say which arm is scored: one of ${others.join(', ')}`, ['options', 'arm']);
  const compared = arm ?? others[0]!;
  if (!others.includes(compared)) throw new OptionsError(`arm must be one of ${others.join(', ')}; got "${compared}"`, ['options', 'arm']);
  return { control, compared };
}

function loaded(bytes: Uint8Array, family: MomentForest['family']) {
  const forest = loadMomentForest(bytes, family);
  return isRefusal(forest) ? forest : momentScorer(forest);
}
