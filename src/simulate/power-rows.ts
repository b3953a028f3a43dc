import type { z } from 'zod';
import { bayesian } from '../stats/design/planning/bayesian.js';
import { conditional } from '../stats/design/planning/conditional-power.js';
import { equivalence } from '../stats/design/planning/equivalence.js';
import { fixedHorizon } from '../stats/design/planning/fixed-horizon.js';
import { groupSequential } from '../stats/design/planning/group-sequential.js';
import { history } from '../stats/design/planning/history.js';
import { midExperiment } from '../stats/design/planning/mid-experiment.js';
import { nonInferiority } from '../stats/design/planning/non-inferiority.js';
import type { Planner } from '../stats/design/planning/planner.js';
import { riskAware } from '../stats/design/planning/risk-aware.js';
import { sequentialConfidence } from '../stats/design/planning/sequential-confidence.js';
import { sequentialHybrid } from '../stats/design/planning/sequential-hybrid.js';
import { sequentialMixture } from '../stats/design/planning/sequential-mixture.js';
import { bindInference } from '../stats/claims/bind-inference.js';
import { riskAwareDecision } from '../stats/claims/risk-aware.js';
import { contrasts } from '../stats/effects/contrast.js';
import type { Effect } from '../stats/effects/effect.js';
import { meanOutcome, ratioOutcome } from '../stats/effects/outcome.js';
import type { DataOf, Roles } from '../stats/estimators/estimator.js';
import { bayesianNormal } from '../stats/inference/bayesian-normal.js';
import { fixed } from '../stats/inference/fixed.js';
import { stream, type RandomStream } from '../stats/numeric/random.js';
import { isRefusal } from '../stats/refusal.js';
import { moreCorrelated } from '../stats/simulate/correlated.js';
import { drawBinomial, normalMoments, shareMoments } from '../stats/simulate/sufficient.js';
import { answered } from '../stats/simulate/two-arm-truth.js';
import { momentsOf, type Moments } from '../stats/summaries/moments.js';
import { ALPHA, REPLICATES, type Row } from './row.js';
import { answeredEffect, boundOptions, methods, watch } from './watch.js';

/** Points that a planner may be off, a fraction. */
const POINTS = 0.02;
const MEAN = 10;
const DEVIATION = 5;
const metric = { mean: { mean: MEAN, standardDeviation: DEVIATION } } as const;

/** A plan, and experiments that are as it assumes, read as experiments are. */
interface Promised { readonly power: number; rejects(random: RandomStream): boolean }

function powerRow(planner: string, words: string, brief: number, promise: () => Promised): Row {
  return {
    group: 'power', name: `${planner}: ${words}`, replicates: REPLICATES, brief, covers: [`planner:${planner}`],
    prepare() {
      const { power, rejects } = promise();
      return {
        figures: [{ name: `rejects; promised ${Number((100 * power).toFixed(2))} %`, least: power - POINTS, most: power + POINTS }],
        replicate: (random) => [Number(rejects(random))],
      };
    },
  };
}

function ask<N extends string, R extends Roles, O extends z.ZodObject, Y extends z.ZodObject>(planner: Planner<N, R, O, Y>, options: object, data = {} as DataOf<R>): z.output<Y> {
  return answered(planner.plan(planner.options.parse(options), data) as z.output<Y> & object);
}

const effectsOf = (control: Moments, treatment: Moments, outcomes = 1): { difference: Effect; lift: Effect } => {
  const contrast = answered(contrasts(control, [treatment], outcomes, outcomes === 2 ? ratioOutcome : meanOutcome)[0]!);
  return { difference: answered(contrast.difference), lift: answered(contrast.lift) };
};
const isSignificant = (effect: Effect): boolean => fixed.pValue(effect, 0, 'two_sided', {}) <= ALPHA;
const arms = (random: RandomStream, [control, treatment]: readonly number[], difference: number): { difference: Effect; lift: Effect } =>
  effectsOf(normalMoments(random, control!, MEAN, DEVIATION), normalMoments(random, treatment!, MEAN + difference, DEVIATION));

/** Read by a method of the registry at equal looks, until one rejects. */
function watchedRejects(name: string, stated: Record<string, unknown>, unitsOfArm: number, looks: number, difference: number): (random: RandomStream) => boolean {
  const method = methods.find((candidate) => candidate.name === name)!;
  const units = Array.from({ length: looks }, (_, k) => Math.round((unitsOfArm * (k + 1)) / looks));
  const bound = units.map((own, k) => answered(boundOptions(method, stated, { alpha: ALPHA, units: 2 * own, unitsByDay: units.slice(0, k + 1).map((n) => 2 * n), isPlannedEnd: k === looks - 1 })));
  return (random) => {
    let isRejected = false;
    const more = (from: RandomStream, n: number, arm: 0 | 1) => normalMoments(from, n, MEAN + arm * difference, DEVIATION);
    watch(random, { looks: units, outcome: meanOutcome, outcomes: 1, more }, (contrast, k) =>
      isRejected = method.pValue(answeredEffect(contrast, 'difference'), 0, 'two_sided', bound[k]!) <= ALPHA);
    return isRejected;
  };
}

/** Denominator 4 + d, numerator 2 (1 + lift) a denominator and noise of deviation 3. */
function ratioArm(random: RandomStream, units: number, lift: number): Moments {
  const slope = 2 * (1 + lift);
  const standardDeviation = Math.sqrt(slope * slope + 9);
  const arm = moreCorrelated(random, units, { mean: 4 * slope, standardDeviation }, slope / standardDeviation);
  return { ...arm, mean: [arm.mean[0]!, arm.mean[1]! + 4] };
}

const closedForms: readonly Row[] = [
  powerRow('fixed_horizon', 'mean as a lift, arms of 70% and 30%', 400, () => {
    const { unitsByArm, power } = ask(fixedHorizon, { metric, effect: 0.2, power: 0.8, allocation: [0.7, 0.3] });
    return { power, rejects: (random) => isSignificant(arms(random, unitsByArm, 0.2 * MEAN).lift) };
  }),
  ...([[0.3, 0.5, 0.8], [0.01, 0.1, 0.9]] as const).map(([rate, effect, asked]) => powerRow('fixed_horizon', `proportion of ${100 * rate}%, lift of ${100 * effect}%`, 400, () => {
    const { unitsByArm, power } = ask(fixedHorizon, { metric: { proportion: { rate } }, effect, power: asked });
    return { power, rejects: (random) => {
      const [control, treatment] = [rate, rate * (1 + effect)].map((p, arm) => shareMoments(unitsByArm[arm]!, drawBinomial(random, unitsByArm[arm]!, p))) as [Moments, Moments];
      return isSignificant(effectsOf(control, treatment).difference);
    } };
  })),
  powerRow('fixed_horizon', 'ratio of two correlated columns', 300, () => {
    const { unitsByArm, power } = ask(fixedHorizon, { metric: { ratio: { numeratorMean: 8, numeratorStandardDeviation: Math.sqrt(13), denominatorMean: 4, denominatorStandardDeviation: 1, correlation: 2 / Math.sqrt(13) } }, effect: 0.1, power: 0.8 });
    return { power, rejects: (random) => isSignificant(effectsOf(ratioArm(random, unitsByArm[0]!, 0), ratioArm(random, unitsByArm[1]!, 0.1), 2).difference) };
  }),
  powerRow('fixed_horizon', 'mean, covariate of correlation 0.7 adjusted for', 300, () => {
    const { unitsByArm, power } = ask(fixedHorizon, { metric, scale: 'difference', effect: 1.5, power: 0.8, covariateCorrelation: 0.7 });
    return { power, rejects: (random) => isSignificant(effectsOf(...[0, 1.5].map((shift, arm) => moreCorrelated(random, unitsByArm[arm]!, { mean: MEAN + shift, standardDeviation: DEVIATION }, 0.7)) as [Moments, Moments]).difference) };
  }),
  powerRow('non_inferiority', 'lift, margin of 20%', 400, () => {
    const { unitsByArm, power } = ask(nonInferiority, { metric, margin: 0.2, power: 0.8 });
    return { power, rejects: (random) => fixed.pValue(arms(random, unitsByArm, 0).lift, -0.2, 'greater', {}) <= ALPHA / 2 };
  }),
  powerRow('equivalence', 'lift, margin of 20%', 400, () => {
    const { unitsByArm, power } = ask(equivalence, { metric, margin: 0.2, power: 0.8 });
    return { power, rejects: (random) => {
      const { lift } = arms(random, unitsByArm, 0);
      return fixed.pValue(lift, -0.2, 'greater', {}) <= ALPHA && fixed.pValue(lift, 0.2, 'less', {}) <= ALPHA;
    } };
  }),
  powerRow('bayesian', 'lift of 20% under a prior of 0.2', 400, () => {
    const prior = { mean: 0, standardDeviation: 0.2 };
    const { unitsByArm, power } = ask(bayesian, { metric, effect: 0.2, power: 0.8, prior });
    const options = bayesianNormal.options.parse({ prior: { kind: 'normal', ...prior } });
    return { power, rejects: (random) => bayesianNormal.pValue(arms(random, unitsByArm, 0.2 * MEAN).lift, 0, 'two_sided', options) <= ALPHA };
  }),
];

const watched: readonly Row[] = [
  powerRow('confidence_sequence', '10 looks', 60, () => {
    const { unitsByArm, power } = ask(sequentialConfidence, { metric, scale: 'difference', effect: 1, power: 0.8, looks: 10, tuningUnits: 1500 });
    return { power, rejects: watchedRejects('confidence_sequence', { tuningUnits: 1500 }, unitsByArm[0]!, 10, 1) };
  }),
  powerRow('mixture_sprt', '10 looks, scale in standard deviations', 60, () => {
    const { unitsByArm, power } = ask(sequentialMixture, { metric, scale: 'difference', effect: 1, power: 0.8, looks: 10, mixtureScale: 0.15, mixtureUnit: 'sd' });
    return { power, rejects: watchedRejects('mixture_sprt', { scale: 0.15, unit: 'sd' }, unitsByArm[0]!, 10, 1) };
  }),
  powerRow('hybrid', '10 looks, the end among them', 60, () => {
    const { unitsByArm, power } = ask(sequentialHybrid, { metric, scale: 'difference', effect: 1, power: 0.8, looks: 10, tuningUnits: 1500 });
    return { power, rejects: watchedRejects('hybrid', { tuningUnits: 1500, sequentialShare: 0.2 }, unitsByArm[0]!, 10, 1) };
  }),
  powerRow('group_sequential', '6 looks, Pocock spending', 60, () => {
    const spending = { family: 'pocock' } as const;
    const { unitsByArm, units, power } = ask(groupSequential, { metric, scale: 'difference', effect: 0.5, power: 0.8, looks: 6, spending });
    return { power, rejects: watchedRejects('group_sequential', { spending, plannedUnits: units }, unitsByArm[0]!, 6, 0.5) };
  }),
];

const decisions: readonly Row[] = [
  powerRow('risk_aware', 'one goal and three guardrails, independent', 100, () => {
    const guardrails = ['a', 'b', 'c'].map((name) => ({ name, metric, margin: 0.2 }));
    const { unitsByArm, power } = ask(riskAware, { goals: [{ name: 'g', metric, effect: 0.2 }], guardrails, power: 0.8 });
    const inference = bindInference(fixed, {});
    return { power, rejects: (random) => {
      const goal = { name: 'g', role: 'goal', better: 'increase', effect: arms(random, unitsByArm, 0.2 * MEAN).lift } as const;
      const others = guardrails.map(({ name, margin }) => ({ name, role: 'guardrail', better: 'increase', margin, effect: arms(random, unitsByArm, 0).lift } as const));
      const decision = riskAwareDecision([goal, ...others], { match: 'any', alpha: ALPHA, power: 0.8, falseAlarms: 0 }, inference);
      return !isRefusal(decision) && decision.verdict === 'ship';
    } };
  }),
  powerRow('conditional_power', 'z of 1.4 at half the information, planned effect', 1000, () => {
    const drift = 2.5;
    const { underPlan } = ask(conditional, { estimate: 1.4, standardError: 1, information: 0.5, plannedEffect: drift / Math.SQRT2 });
    return { power: underPlan, rejects: (random) => {
      const estimate = Math.SQRT1_2 * (1.4 * Math.SQRT1_2 + drift * 0.5 + Math.SQRT1_2 * random.normal());
      return isSignificant({ estimate, standardError: Math.SQRT1_2, degreesOfFreedom: null, n: 1000 });
    } };
  }),
  powerRow('mid_experiment', 'standard error of 1 so far, effect of 1.5', 1000, () => {
    const { furtherUnits, power } = ask(midExperiment, { standardError: 1, units: 200, effect: 1.5, power: 0.8 });
    const standardError = Math.sqrt(200 / (200 + furtherUnits));
    return { power, rejects: (random) => isSignificant({ estimate: 1.5 + standardError * random.normal(), standardError, degreesOfFreedom: null, n: 200 + furtherUnits }) };
  }),
  powerRow('history', 'rehearsed on 20,000 units of skewed revenue, then run on new ones', 30, () => {
    const units = 300;
    const spend = (random: RandomStream): number => (random.bernoulli(0.4) ? random.exponential() : 0);
    const past = stream(1);
    const value = { name: 'revenue', values: Float64Array.from({ length: 20_000 }, () => spend(past)) };
    const { power } = ask(history, { effect: 0.5, units, replicates: 4000 }, { value, denominator: undefined, covariates: [], cluster: undefined });
    return { power, rejects: (random) => {
      const arm = (factor: number) => momentsOf({ y: Float64Array.from({ length: units / 2 }, () => factor * spend(random)) });
      return isSignificant(effectsOf(arm(1), arm(1.5)).difference);
    } };
  }),
];

/** Achieved power against what each planner promises. */
export const powerRows: readonly Row[] = [...closedForms, ...watched, ...decisions];
