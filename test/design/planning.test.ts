import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { conditional } from '../../src/stats/design/planning/conditional-power.js';
import { equivalence } from '../../src/stats/design/planning/equivalence.js';
import { fixedHorizon } from '../../src/stats/design/planning/fixed-horizon.js';
import { groupSequential } from '../../src/stats/design/planning/group-sequential.js';
import { planners } from '../../src/stats/design/planning/index.js';
import { midExperiment } from '../../src/stats/design/planning/mid-experiment.js';
import { nonInferiority } from '../../src/stats/design/planning/non-inferiority.js';
import { riskAware } from '../../src/stats/design/planning/risk-aware.js';
import { noncentralLowerTail, noncentralUpperTail } from '../../src/stats/numeric/noncentral-t.js';
import { ask, refusalOf } from './ask.js';

const reference = JSON.parse(readFileSync(new URL('./vectors/power.json', import.meta.url), 'utf8'));
const unit = { mean: { mean: 0, standardDeviation: 1 } };
const orders = { mean: { mean: 10, standardDeviation: 30 } };
const conversion = { proportion: { rate: 0.1 } };
const near = (value: number, expected: number, relative: number) => expect(Math.abs(value / expected - 1)).toBeLessThan(relative);

describe('noncentral t', () => {
  it('agrees with scipy to 1e-9 in both tails', () => {
    for (const { t, df, nc, upper, lower } of reference.noncentral_t) {
      expect(Math.abs(noncentralUpperTail(t, df, nc) - upper)).toBeLessThan(1e-9);
      expect(Math.abs(noncentralLowerTail(t, df, nc) - lower)).toBeLessThan(1e-9);
    }
  });
});

describe('fixed_horizon', () => {
  it('power of the t-test agrees with statsmodels to 1e-8', () => {
    for (const { d, nPerArm, alpha, alternative, power } of reference.t_test) {
      expect(Math.abs(ask(fixedHorizon, { metric: unit, scale: 'difference', effect: d, units: 2 * nPerArm, alpha, alternative }).power - power)).toBeLessThan(1e-8);
    }
  });

  it('units are those of statsmodels, each arm rounded up', () => {
    for (const { d, alpha, power, nPerArm } of reference.t_test_units) {
      expect(ask(fixedHorizon, { metric: unit, scale: 'difference', effect: d, power, alpha }).unitsByArm).toEqual([Math.ceil(nPerArm), Math.ceil(nPerArm)]);
    }
  });

  it('the smallest detectable effect agrees with statsmodels to 1e-6', () => {
    for (const { nPerArm, alpha, power, d } of reference.t_test_effect) {
      near(ask(fixedHorizon, { metric: unit, scale: 'difference', units: 2 * nPerArm, power, alpha }).effect, d, 1e-6);
      near(ask(fixedHorizon, { metric: unit, scale: 'difference', units: 2 * nPerArm, power, alpha, direction: 'decrease' }).effect, -d, 1e-6);
    }
  });

  it('unequal allocation agrees with statsmodels (normal) and with scipy\'s noncentral t at Welch\'s degrees of freedom', () => {
    for (const { d, controlUnits, ratio, alpha, power } of reference.normal_unequal) {
      const units = controlUnits * (1 + ratio);
      const plan = ask(fixedHorizon, { metric: unit, scale: 'difference', reference: 'normal', effect: d, units, alpha, allocation: [1 / (1 + ratio), ratio / (1 + ratio)] });
      expect(Math.abs(plan.power - power)).toBeLessThan(1e-9);
    }
    for (const { d, controlUnits, treatmentUnits, alpha, power } of reference.welch_unequal) {
      const units = controlUnits + treatmentUnits;
      const plan = ask(fixedHorizon, { metric: unit, scale: 'difference', effect: d, units, alpha, allocation: [controlUnits / units, treatmentUnits / units] });
      expect(Math.abs(plan.power - power)).toBeLessThan(1e-8);
    }
  });

  it('two proportions have the variance of each arm, as statsmodels has them', () => {
    for (const { p1, diff, controlUnits, ratio, alpha, power } of reference.proportions) {
      const plan = ask(fixedHorizon, { metric: { proportion: { rate: p1 } }, scale: 'difference', reference: 'normal', effect: diff, units: controlUnits * (1 + ratio), alpha, allocation: [1 / (1 + ratio), ratio / (1 + ratio)] });
      expect(Math.abs(plan.power - power)).toBeLessThan(1e-9);
    }
  });

  it('a lift tested by Fieller has the power of the difference; by the delta method less for a rise', () => {
    const lift = { metric: orders, effect: 0.1, units: 20_000 };
    const difference = ask(fixedHorizon, { ...lift, scale: 'difference', effect: 1 }).power;
    expect(Math.abs(ask(fixedHorizon, lift).power - difference)).toBeLessThan(1e-12);
    expect(ask(fixedHorizon, { ...lift, liftTest: 'delta' }).power).toBeLessThan(difference - 0.01);
  });

  it('dollars or cents, and the sign of a metric, change no plan of a lift', () => {
    const dollars = ask(fixedHorizon, { metric: orders, effect: 0.05, power: 0.8 });
    const cents = ask(fixedHorizon, { metric: { mean: { mean: 1000, standardDeviation: 3000 } }, effect: 0.05, power: 0.8 });
    const losses = ask(fixedHorizon, { metric: { mean: { mean: -10, standardDeviation: 30 } }, effect: 0.05, power: 0.8 });
    expect([cents.units, losses.units]).toEqual([dollars.units, dollars.units]);
    expect(losses.treatmentValue).toBeCloseTo(-9.5, 12);
  });

  it('effect, units and power are one relation: each is found again from the other two', () => {
    for (const metric of [orders, conversion, { ratio: { numeratorMean: 5, numeratorStandardDeviation: 9, denominatorMean: 2, denominatorStandardDeviation: 1, correlation: 0.6 } }, { quantile: { value: 120, probability: 0.9, density: 0.004 } }]) {
      const { effect, power } = ask(fixedHorizon, { metric, units: 30_000, power: 0.8 });
      expect(power).toBeCloseTo(0.8, 9);
      expect(ask(fixedHorizon, { metric, units: 30_000, effect }).power).toBeCloseTo(0.8, 9);
      expect(Math.abs(ask(fixedHorizon, { metric, power: 0.8, effect }).units - 30_000)).toBeLessThanOrEqual(2);
    }
  });

  it('units grow as the textbook says: CUPED by 1 - rho^2, clusters by the design effect, compliance by its square, interactions fourfold', () => {
    const base = { metric: orders, effect: 0.05, power: 0.9, reference: 'normal' };
    const { units } = ask(fixedHorizon, base);
    near(ask(fixedHorizon, { ...base, covariateCorrelation: 0.6 }).units, units * 0.64, 1e-3);
    const clusters = ask(fixedHorizon, { ...base, design: { cluster: { size: 50, intraclassCorrelation: 0.02 } } });
    near(clusters.observations, units * (1 + 49 * 0.02), 3e-3);
    expect(clusters.randomisationUnit).toBe('cluster');
    near(ask(fixedHorizon, { ...base, design: { cluster: { size: 50, sizeVariation: 0.8, intraclassCorrelation: 0.02 } } }).observations, units * (1 + (1.64 * 50 - 1) * 0.02), 3e-3);
    near(ask(fixedHorizon, { ...base, design: { encouragement: { compliance: 0.4 } } }).units, units / 0.16, 1e-3);
    near(ask(fixedHorizon, { ...base, design: { factorial: { order: 2 } } }).units, units * 4, 1e-3);
    near(ask(fixedHorizon, { ...base, design: { factorial: { order: 1 } } }).units, units, 1e-3);
    near(ask(fixedHorizon, { ...base, design: { stratified: { squaredCorrelation: 0.3 } } }).units, units * 0.7, 1e-3);
    near(ask(fixedHorizon, { ...base, design: { paired: { correlation: 0.75 } } }).units, units / 4, 1e-3);
    expect(refusalOf(fixedHorizon, { ...base, allocation: [0.7, 0.3], design: { paired: { correlation: 0.75 } } }).detail).toContain('two arms of one size');
    expect(refusalOf(groupSequential, { metric: orders, effect: 0.05, power: 0.9, futility: {} }).detail).toContain('needs a one-sided test');
  });

  it('a switchback without period effects needs the observations of units one by one; with them, windows', () => {
    const base = { metric: orders, effect: 0.1, power: 0.8, reference: 'normal' };
    const { units } = ask(fixedHorizon, base);
    const free = { unitsPerPeriod: 100, intraclassCorrelation: 0 };
    near(ask(fixedHorizon, { ...base, design: { switchback: free } }).observations, units, 0.01);
    // half of each window burnt: twice the windows for the same information
    near(ask(fixedHorizon, { ...base, design: { switchback: { ...free, periodsPerWindow: 2, burnIn: 1 } } }).observations, 2 * units, 0.01);
    const factor = (switchback: object) => ask(fixedHorizon, { ...base, design: { switchback: { unitsPerPeriod: 100, intraclassCorrelation: 0.05, ...switchback } } }).varianceFactor;
    expect(factor({})).toBeCloseTo(0.05 + 0.95 / 100, 12);
    expect(factor({ periodsPerWindow: 4 })).toBeCloseTo(0.05 / 4 + 0.95 / 400, 12);
    expect(factor({ periodsPerWindow: 2, autocorrelation: 0.5 })).toBeCloseTo((0.05 * (2 + 2 * 0.5)) / 4 + 0.95 / 200, 12);
  });

  it('several arms are planned for the smallest, with alpha divided by treatments times goals', () => {
    const plan = ask(fixedHorizon, { metric: orders, effect: 0.05, power: 0.8, allocation: [0.5, 0.3, 0.2], correction: 'bonferroni', goals: 3 });
    expect(plan.alphaPerComparison).toBeCloseTo(0.05 / 6, 12);
    const pair = ask(fixedHorizon, { metric: orders, effect: 0.05, power: 0.8, allocation: [5 / 7, 2 / 7], alpha: 0.05 / 6 });
    expect(plan.unitsByArm[2]).toBe(pair.unitsByArm[1]);
  });

  it('days follow traffic: by its weekly pattern, its share in the experiment, and the window of the last unit', () => {
    const base = { metric: orders, effect: 0.5, power: 0.8 };
    const { units } = ask(fixedHorizon, base);
    const days = (traffic: object) => ask(fixedHorizon, { ...base, traffic }).days;
    expect(days({ unitsPerDay: units })).toBe(1);
    expect(days({ unitsPerDay: units / 10 })).toBe(10);
    expect(days({ unitsPerDay: units / 10, share: 0.5, maturityDays: 7 })).toBe(27);
    expect(days({ newUnitsByDay: [units / 2, 0, 0, 0, 0, 0, 0] })).toBe(8);
    expect(days({ newUnitsByDay: [units / 2, 0, 0, 0, 0, 0, 0, 0] })).toBeNull();
    const week = ask(fixedHorizon, { ...base, effect: undefined, days: 14, traffic: { unitsPerDay: 100, maturityDays: 7 } });
    expect(week.units).toBe(700);
  });

  it('asks for two of effect, units and power, and names the missing', () => {
    for (const question of [{}, { effect: 0.1 }, { effect: 0.1, units: 100, power: 0.8 }, { effect: 0.1, units: 100, days: 3 }, { effect: 0.1, days: 3 }]) {
      const parsed = fixedHorizon.options.safeParse({ metric: orders, ...question });
      expect(parsed.error?.issues[0]?.message).toContain('two of effect');
    }
    expect(fixedHorizon.options.safeParse({ metric: { ...orders, ...conversion }, effect: 0.1, power: 0.8 }).error?.issues[0]?.message).toContain('exactly one of mean');
  });

  it('refuses what has no answer, and says what would: lift of zero, rates beyond one, arms of one unit, effects out of reach', () => {
    const reasons = ([
      { metric: unit, effect: 0.1, power: 0.8 },
      { metric: { proportion: { rate: 0.6 } }, effect: 0.7, power: 0.8 },
      { metric: orders, effect: 0.1, units: 10, allocation: [0.9, 0.1] },
      { metric: { proportion: { rate: 0.9 } }, units: 20, power: 0.99 },
      { metric: orders, effect: 1e-9, power: 0.8 },
      { metric: orders, days: 3, traffic: { unitsPerDay: 100, maturityDays: 3 }, power: 0.8 },
    ]).map((options) => refusalOf(fixedHorizon, options));
    expect(reasons.map((refusal) => refusal.reason)).toEqual(['denominator_near_zero', 'unsupported_combination', 'too_few_units', 'too_few_units', 'too_few_units', 'too_few_units']);
    for (const { detail, remedy } of reasons) {
      expect(detail).toMatch(/^fixed_horizon (needs|finds)/);
      expect(remedy).toMatch(/^Plan/);
    }
  });
});

describe('non_inferiority', () => {
  it('at margin m and no effect needs the units of a one-sided test for an effect of m', () => {
    const margin = ask(nonInferiority, { metric: orders, scale: 'difference', margin: 0.5, power: 0.9 });
    expect(margin.units).toBe(ask(fixedHorizon, { metric: orders, scale: 'difference', effect: 0.5, power: 0.9, alternative: 'greater', alpha: 0.025 }).units);
    expect(ask(nonInferiority, { metric: orders, scale: 'difference', units: margin.units, power: margin.power }).margin).toBeCloseTo(0.5, 9);
  });

  it('a real gain saves units, a real loss costs them, and where less is better the signs turn', () => {
    const units = (options: object) => ask(nonInferiority, { metric: orders, margin: 0.05, power: 0.8, ...options }).units;
    expect(units({ trueEffect: 0.01 })).toBeLessThan(units({}));
    expect(units({ trueEffect: -0.01 })).toBeGreaterThan(units({}));
    expect(units({ trueEffect: -0.01, better: 'decrease' })).toBeLessThan(units({ better: 'decrease' }));
    expect(refusalOf(nonInferiority, { metric: orders, margin: 0.05, trueEffect: -0.05, power: 0.8 }).reason).toBe('too_few_units');
  });
});

describe('equivalence', () => {
  it('power of two one-sided t-tests agrees with numerical integration by scipy to 1e-9', () => {
    for (const { theta, margin, nPerArm, alpha, power } of reference.tost) {
      expect(Math.abs(ask(equivalence, { metric: unit, scale: 'difference', trueEffect: theta, margin, units: 2 * nPerArm, alpha }).power - power)).toBeLessThan(1e-9);
    }
  });

  it('refuses a true effect at the margin', () => {
    expect(refusalOf(equivalence, { metric: orders, margin: 0.05, trueEffect: 0.05, power: 0.8 }).reason).toBe('too_few_units');
  });
});

describe('risk_aware', () => {
  const goal = { name: 'orders', metric: orders, effect: 0.05 };
  const guardrail = (name: string) => ({ name, metric: orders, margin: 0.05 });

  it('a single goal is the fixed horizon', () => {
    expect(ask(riskAware, { goals: [goal] }).units).toBe(ask(fixedHorizon, { metric: orders, effect: 0.05, power: 0.8, alternative: 'greater', alpha: 0.025 }).units);
  });

  it('splits alpha over goals and beta over guardrails + 1; all goals: no split of alpha, beta over all', () => {
    const any = ask(riskAware, { goals: [goal, { ...goal, name: 'visits' }], guardrails: [guardrail('latency'), guardrail('errors'), guardrail('refunds')] });
    expect([any.alphaPerGoal, any.betaPerClause]).toEqual([0.025, expect.closeTo(0.05, 12)]);
    const all = ask(riskAware, { goals: [goal, { ...goal, name: 'visits' }], guardrails: [guardrail('latency')], match: 'all' });
    expect([all.alphaPerGoal, all.betaPerClause]).toEqual([0.05, expect.closeTo(0.2 / 3, 12)]);
  });

  it('units are the most that a clause needs, and the bound on power keeps the promise', () => {
    const plan = ask(riskAware, { goals: [goal], guardrails: [{ ...guardrail('latency'), margin: 0.03 }, guardrail('errors')], falseAlarms: 0.02 });
    expect(plan.units).toBeGreaterThanOrEqual(Math.max(...plan.clauses.map((clause) => clause.units)));
    expect(plan.power).toBeGreaterThanOrEqual(0.8);
    expect(plan.clauses.find((clause) => clause.name === 'latency')!.power).toBeCloseTo(0.94, 3);
  });

  it('refuses checks that alarm more often than the plan may fail', () => {
    expect(refusalOf(riskAware, { goals: [goal], power: 0.9, falseAlarms: 0.1 }).detail).toContain('falseAlarms below 1 - power');
  });
});

describe('conditional_power', () => {
  // Proschan, Lan, Wittes (2006), example of the B-value: Z = 1.5 at half of the information, planned for a drift of 3.24
  it('follows the B-value: under plan, trend and null', () => {
    const standardError = 1;
    const plan = ask(conditional, { estimate: 1.5, standardError, information: 0.5, plannedEffect: 3.24 * Math.SQRT1_2, sides: 'one', alpha: 0.025 });
    const upper = (b: number, drift: number) => 0.5 * erfc(((1.959964 - b - drift * 0.5) / Math.SQRT1_2) / Math.SQRT2);
    expect(plan.underPlan).toBeCloseTo(upper(1.5 * Math.SQRT1_2, 3.24), 5);
    expect(plan.underTrend).toBeCloseTo(upper(1.5 * Math.SQRT1_2, 1.5 / Math.SQRT1_2), 5);
    expect(plan.underNull).toBeCloseTo(upper(1.5 * Math.SQRT1_2, 0), 5);
  });

  it('predictive power lies between that under the null and that under the trend when the trend is good', () => {
    const plan = ask(conditional, { estimate: 2.5, standardError: 1, information: 0.4, plannedEffect: 2 });
    expect(plan.predictive).toBeGreaterThan(plan.underNull);
    expect(plan.predictive).toBeLessThan(plan.underTrend);
  });

  it('estimateNeeded is where the pooled estimate is just significant', () => {
    const { estimateNeeded, finalCriticalValue } = ask(conditional, { estimate: 0.7, standardError: 1, information: 0.25, plannedEffect: 1 });
    const pooled = 0.25 * 0.7 + 0.75 * estimateNeeded;
    expect(pooled / Math.sqrt(0.25)).toBeCloseTo(finalCriticalValue, 12);
  });

  it('calls a hopeless trend futile', () => {
    expect(ask(conditional, { estimate: -2, standardError: 1, information: 0.7, plannedEffect: 2.3 }).isFutile).toBe(true);
  });
});

/** Complementary error function by its continued product with a Gaussian, Numerical Recipes 6.2; 1e-7 relative. */
function erfc(x: number): number {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const tau = t * Math.exp(-x * x - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
  return x >= 0 ? tau : 2 - tau;
}

describe('mid_experiment', () => {
  it('adds what the fixed horizon lacks, and nothing when there is enough', () => {
    const { units, standardError, power } = ask(fixedHorizon, { metric: orders, scale: 'difference', effect: 0.5, power: 0.8, reference: 'normal' });
    const half = { standardError: standardError * Math.SQRT2, units: units / 2, effect: 0.5, power };
    expect(ask(midExperiment, half).furtherUnits).toBe(units / 2);
    expect(ask(midExperiment, { ...half, standardError: standardError / 2 })).toMatchObject({ scalingFactor: 0, furtherUnits: 0 });
  });
});

describe('planners', () => {
  it('each has a name of its own, a formula, references, and a description with units for every option and result', () => {
    expect(new Set(planners.map((planner) => planner.name)).size).toBe(planners.length);
    for (const { options, result, formula, references } of planners) {
      expect(formula.length * references.length).toBeGreaterThan(0);
      for (const [name, field] of Object.entries({ ...options.shape, ...result.shape })) {
        if (!['status', 'formula', 'seed', 'replicates'].includes(name)) expect({ name, described: (field.description ?? '').length > 0 || name === 'clauses' || name === 'solvedFor' || name === 'scale' }).toEqual({ name, described: true });
      }
    }
  });
});
