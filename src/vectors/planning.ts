import { z } from 'zod';
import { bayesian } from '../stats/design/planning/bayesian.js';
import { fixedHorizon } from '../stats/design/planning/fixed-horizon.js';
import { growthbookScalingFactor, growthbookSequentialEffect, growthbookSequentialPower } from '../stats/design/planning/growthbook-conventions.js';
import { midExperiment, midExperimentPower } from '../stats/design/planning/mid-experiment.js';
import type { Planner } from '../stats/design/planning/planner.js';
import { prepareSetting, testedSettingShape } from '../stats/design/planning/setting.js';
import { isRefusal } from '../stats/refusal.js';
import { fields, numberAt, type Adapter } from './case.js';
import { momentsOfStatistic } from './sums.js';
import { deltaEffect } from './two-arm-tests.js';

/** The record that a planner answers; throws the sentence of a refusal. */
function planned<Y extends z.ZodObject>(planner: Planner<string, object & Record<never, never>, z.ZodObject, Y>, options: object): z.output<Y> {
  const answer = planner.plan(planner.options.parse(options), {});
  if (isRefusal(answer)) throw new Error(answer.detail);
  return answer;
}

const equal = (arms: number): number[] => Array.from({ length: arms }, () => 1 / arms);
const flag = (value: unknown, key: string): boolean => fields(value)[key] === true;
const optional = (value: unknown, key: string): number | undefined => (fields(value)[key] === undefined || fields(value)[key] === null ? undefined : numberAt(value, key));

/** GrowthBook plans with the control's variance in both arms, also for proportions: a mean says so. */
function asMean(metric: unknown) {
  const rate = optional(metric, 'conversionRate');
  return { mean: rate === undefined
    ? { mean: numberAt(metric, 'mean'), standardDeviation: Math.sqrt(numberAt(metric, 'variance')) }
    : { mean: rate, standardDeviation: Math.sqrt(rate * (1 - rate)) } };
}

/** One comparison of a GrowthBook calculator. */
interface GrowthbookQuestion {
  readonly metric: unknown;
  readonly units: number;
  readonly arms: number;
  readonly alpha: number;
  readonly alternative: 'two_sided' | 'greater';
  /** 0: a fixed horizon */
  readonly tuningUnits: number;
  readonly prior: unknown;
}

const settingOf = ({ metric, units, arms, alpha }: GrowthbookQuestion) => ({ metric: asMean(metric), units, allocation: equal(arms), alpha });
const asFixed = (question: GrowthbookQuestion) => ({ ...settingOf(question), reference: 'normal', liftTest: 'delta', alternative: question.alternative });
const asBayesian = (question: GrowthbookQuestion) => ({
  ...settingOf(question), standardErrorAt: 'effect',
  prior: { mean: numberAt(question.prior, 'mean'), standardDeviation: Math.sqrt(numberAt(question.prior, 'variance')) },
});

function widened({ metric, arms, alpha }: GrowthbookQuestion) {
  const prepared = prepareSetting(z.object(testedSettingShape).parse({ metric: asMean(metric), allocation: equal(arms), alpha, liftTest: 'delta' }), 'growthbook');
  if (isRefusal(prepared)) throw new Error(prepared.detail);
  return prepared;
}

function powerOf(question: GrowthbookQuestion): number {
  const effect = numberAt(question.metric, 'effectSize');
  if (question.prior) return planned(bayesian, { ...asBayesian(question), effect }).power;
  return question.tuningUnits > 0 ? growthbookSequentialPower(widened(question), effect, question.units, question.tuningUnits) : planned(fixedHorizon, { ...asFixed(question), effect }).power;
}

function smallestEffectOf(question: GrowthbookQuestion, power: number): number {
  if (question.prior) return planned(bayesian, { ...asBayesian(question), power }).effect;
  return question.tuningUnits > 0 ? growthbookSequentialEffect(widened(question), power, question.units, question.tuningUnits).value : planned(fixedHorizon, { ...asFixed(question), power }).effect;
}

function questionOf(inputs: unknown, metric: unknown, units: number): GrowthbookQuestion {
  const { prior, sequential } = fields(inputs);
  return {
    metric, units, prior, arms: numberAt(inputs, 'nVariations'), alpha: numberAt(inputs, 'alpha'),
    alternative: fields(inputs)['twoTailed'] === false ? 'greater' : 'two_sided',
    tuningUnits: typeof sequential === 'number' ? sequential : optional(inputs, 'sequentialN') ?? 0,
  };
}

/** GrowthBook's calculators of power and of the smallest effect: once, or week by week for several metrics in turn. */
export const growthbookPower: Adapter = ({ method = '', inputs, expected }) => {
  const at = fields(inputs);
  const target = (): number => optional(inputs, 'power') ?? 0.8;
  switch (method.replace(/\(.*/, '')) {
    case 'powerEstFrequentist': case 'powerEstBayesian': return { values: powerOf(questionOf(inputs, at['metric'], numberAt(inputs, 'n'))) };
    case 'findMdeFrequentist': case 'findMdeBayesian': return { values: smallestEffectOf(questionOf(inputs, at['metric'], numberAt(inputs, 'n')), target()) };
    case 'powerMetricWeeks': {
      const weeks = Array.from({ length: numberAt(inputs, 'weeks') }, (_, week) => (week + 1) * numberAt(inputs, 'usersPerWeek'));
      const questions = weeks.flatMap((units) => Object.values(fields(at['metrics'])).map((metric) => questionOf(inputs, metric, units)));
      const answers = (key: string) => questions.map((question) => (key.startsWith('power') ? powerOf(question) : smallestEffectOf(question, target())));
      return { values: Object.fromEntries(Object.keys(fields(expected)).map((key) => [key, answers(key)])) };
    }
    default: return undefined;
  }
};

/** GrowthBook's further units of a running experiment. */
export const growthbookMidExperiment: Adapter = ({ method, inputs }) => {
  if (method !== 'MidExperimentPower.calculate_scaling_factor') return undefined;
  const { control, treatment, config, power } = fields(inputs);
  const [c, t] = [momentsOfStatistic(control), momentsOfStatistic(treatment)];
  if (!c || !t) return undefined;
  const effect = deltaEffect(c, t, fields(config)['difference_type'] === 'relative');
  if (isRefusal(effect)) return { values: {} };
  const { prior_effect: prior } = fields(power);
  const options = midExperiment.options.parse({
    standardError: effect.standardError, units: c.n + t.n, effect: numberAt(power, 'target_mde'), power: numberAt(power, 'target_power'),
    goals: numberAt(power, 'num_goal_metrics'), treatments: numberAt(power, 'num_variations') - 1,
    correction: flag(power, 'p_value_corrected') ? 'bonferroni' : 'none', alpha: numberAt(config, 'alpha'),
    inference: flag(prior, 'proper') ? { bayesian: { prior: { mean: numberAt(prior, 'mean'), standardDeviation: Math.sqrt(numberAt(prior, 'variance')) } } }
      : flag(power, 'sequential') ? { confidenceSequence: { tuningUnits: numberAt(power, 'sequential_tuning_parameter') } } : {},
  });
  const powerAt = (factor: number): number => midExperimentPower(options, (1 + factor) * options.units);
  const factor = growthbookScalingFactor(powerAt, planned(midExperiment, options).targetPower);
  return { values: factor === null ? {} : { scaling_factor: factor, power_at_scaling: powerAt(factor) } };
};

/** Spotify's sample sizes, whose references are G*Power's: formula with the variances of both arms. */
export const spotifySampleSize: Adapter = ({ method, inputs, expected }) => {
  if (method !== 'SampleSize.binomial' && method !== 'SampleSize.continuous') return undefined;
  const at = fields(inputs);
  const arms = optional(inputs, 'treatments') ?? 2;
  const comparisons = at['comparisons'] === 'all_vs_all' ? (arms * (arms - 1)) / 2 : arms - 1;
  const { units } = planned(fixedHorizon, {
    metric: method === 'SampleSize.binomial' ? { proportion: { rate: numberAt(inputs, 'baseline_proportion') } } : { mean: { mean: 0, standardDeviation: Math.sqrt(numberAt(inputs, 'baseline_variance')) } },
    scale: 'difference', effect: numberAt(inputs, method === 'SampleSize.binomial' ? 'absolute_percentage_mde' : 'average_absolute_mde'),
    alpha: (optional(inputs, 'alpha') ?? 0.05) / (flag(inputs, 'bonferroni_correction') ? comparisons : 1),
    power: optional(inputs, 'power') ?? 0.85, allocation: Array.isArray(at['treatment_allocations']) ? at['treatment_allocations'] : equal(arms),
  });
  return { values: { n_total: units }, instead: { expected, because: 'against G*Power, not against its own number, which has the control\'s variance in both arms' } };
};

/** Four published digits; a whole unit in each arm from rounding up. */
const POWERED_TOLERANCE = { powered_effect: 1e-4, required_n: 2 };

/** Spotify's powered effect and required sample from sums, with the control's variance in both arms. */
export const spotifyPoweredEffect: Adapter = ({ method, inputs, expected, full_precision: precise }) => {
  const { rows, level_1: base = 'control', level_2: level, power } = fields(inputs);
  if (method !== 'ZTest.difference' || !Array.isArray(rows) || typeof power !== 'number') return undefined;
  const [control, treatment] = [base, level].map((name) => rows.find((row) => Object.values(fields(row)).includes(name)) as unknown);
  const [n, m, sum] = [numberAt(control, 'count'), numberAt(treatment, 'count'), numberAt(control, 'sum')];
  const setting = {
    metric: { mean: { mean: sum / n, standardDeviation: Math.sqrt((numberAt(control, 'ss') - sum ** 2 / n) / (n - 1)) } },
    reference: 'normal', power, scale: 'difference', allocation: [n / (n + m), m / (n + m)],
  };
  return {
    values: {
      powered_effect: planned(fixedHorizon, { ...setting, units: n + m }).effect,
      required_n: planned(fixedHorizon, { ...setting, effect: (numberAt(control, 'mde') * sum) / n }).units,
    },
    instead: { expected: precise ?? expected, tolerance: POWERED_TOLERANCE, because: 'held closer than its one tolerance for an effect and a number of units' },
  };
};
