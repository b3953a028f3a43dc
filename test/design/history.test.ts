import { describe, expect, it } from '@jest/globals';
import { fixedHorizon } from '../../src/stats/design/planning/fixed-horizon.js';
import { history } from '../../src/stats/design/planning/history.js';
import { stream } from '../../src/stats/numeric/random.js';
import { ask, refusalOf } from './ask.js';

/** Two points, as every planner promises. */
const WITHIN = 0.02;
const kept = (simulated: number, promised: number) => expect(Math.abs(simulated - promised)).toBeLessThan(WITHIN);
const column = (n: number, draw: () => number) => Float64Array.from({ length: n }, draw);

describe('history', () => {
  const random = stream(99);
  const numeric = (name: string, values: Float64Array) => ({ name, values });
  const skewed = numeric('revenue', column(5000, () => (random.bernoulli(0.3) ? Math.exp(2 + random.normal()) : 0)));
  const options = { replicates: 500, seed: 4 };

  it('is the closed form where that is exact: normal values, from the same moments', () => {
    const values = column(4000, () => 10 + 5 * random.normal());
    const mean = values.reduce((a, b) => a + b, 0) / 4000;
    const standardDeviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 4000);
    const plan = ask(history, { ...options, replicates: 2000, scale: 'difference', effect: 1, units: 800 }, { value: numeric('y', values), covariates: [], denominator: undefined, cluster: undefined });
    kept(plan.power, ask(fixedHorizon, { metric: { mean: { mean, standardDeviation } }, scale: 'difference', effect: 1, units: 800 }).power);
    kept(plan.falsePositives, 0.05);
  });

  it('finds units and effects whose rehearsal has the power that was asked', () => {
    const data = { value: skewed, covariates: [], denominator: undefined, cluster: undefined };
    const bySize = ask(history, { ...options, effect: 0.3, power: 0.8 }, data);
    expect(Math.abs(bySize.power - 0.8)).toBeLessThan(3 * bySize.monteCarloError);
    const byUnits = ask(history, { ...options, units: 2000, power: 0.8 }, data);
    expect(Math.abs(byUnits.power - 0.8)).toBeLessThan(3 * byUnits.monteCarloError);
    expect(byUnits.solvedFor).toBe('effect');
  });

  it('repeats itself bit for bit, and another seed differs by Monte Carlo error only', () => {
    const data = { value: skewed, covariates: [], denominator: undefined, cluster: undefined };
    const once = ask(history, { ...options, effect: 0.3, units: 1000 }, data);
    expect(ask(history, { ...options, effect: 0.3, units: 1000 }, data)).toEqual(once);
    const other = ask(history, { ...options, seed: 5, effect: 0.3, units: 1000 }, data);
    expect(Math.abs(other.power - once.power)).toBeLessThan(4 * Math.SQRT2 * once.monteCarloError);
  });

  it('shows what peeking costs a fixed test, and that a confidence sequence pays for it', () => {
    const data = { value: skewed, covariates: [], denominator: undefined, cluster: undefined };
    const peek = (method: string, stated: object = {}) => ask(history, { ...options, effect: 0.3, units: 1000, looks: 10, inference: { method, ...stated } }, data);
    expect(peek('fixed').falsePositives).toBeGreaterThan(0.12);
    expect(peek('confidence_sequence', { tuningUnits: 1000 }).falsePositives).toBeLessThan(0.06);
  });

  it.each([
    ['mixture_sprt', { scale: 0.2 }], ['hybrid', { tuningUnits: 500 }], ['group_sequential', { spending: { family: 'pocock' } }],
  ])('%s is read as in an analysis: it errs at most as often as alpha says, and stops early', (method, stated) => {
    const data = { value: skewed, covariates: [], denominator: undefined, cluster: undefined };
    const plan = ask(history, { ...options, effect: 0.8, units: 1000, looks: 5, inference: { method, ...stated } }, data);
    // 0.05 and three binomial errors of 500 replicates
    expect(plan.falsePositives).toBeLessThan(0.05 + 3 * Math.sqrt(0.05 * 0.95 / 500));
    expect(plan.power).toBeGreaterThan(0.5);
    expect(plan.expectedUnits).toBeLessThan(1000);
  });

  it('stops for futility where a one-sided plan says so, whether or not it binds', () => {
    const data = { value: skewed, covariates: [], denominator: undefined, cluster: undefined };
    const plan = (futility?: object) => ask(history, { ...options, effect: 0.5, units: 1000, looks: 5, alternative: 'greater', inference: { method: 'group_sequential', spending: { family: 'pocock' }, ...(futility && { futility }) } }, data);
    const [without, free, bound] = [plan(), plan({ spending: { family: 'pocock' } }), plan({ spending: { family: 'pocock' }, binding: true })];
    expect(free.expectedUnits).toBeLessThan(without.expectedUnits - 10);
    expect(free.power).toBeLessThanOrEqual(without.power);
    expect(bound.expectedUnits).toBeLessThan(without.expectedUnits - 10);
    expect(bound.falsePositives).toBeLessThan(0.05 + 3 * Math.sqrt(0.05 * 0.95 / 500));
  });

  it('reads binary values as shares: exact and Beta-Binomial methods answer, and refuse what is none', () => {
    const own = stream(100);
    const binary = { value: numeric('bought', column(3000, () => Number(own.bernoulli(0.1)))), covariates: [], denominator: undefined, cluster: undefined };
    const exact = ask(history, { ...options, replicates: 300, effect: 0.6, units: 4000, looks: 10, inference: { method: 'anytime_exact' } }, binary);
    expect(exact.power).toBeGreaterThan(0.5);
    expect(exact.falsePositives).toBeLessThan(0.05 + 3 * Math.sqrt(0.05 * 0.95 / 300));
    const beta = ask(history, { ...options, replicates: 100, scale: 'difference', effect: 0.04, units: 2000, inference: { method: 'beta_binomial' } }, binary);
    kept(beta.power / 5, ask(history, { ...options, replicates: 100, scale: 'difference', effect: 0.04, units: 2000 }, binary).power / 5);
    for (const method of ['anytime_exact', 'beta_binomial']) {
      expect(refusalOf(history, { ...options, effect: 0.3, units: 200, inference: { method } }, { ...binary, value: skewed }).detail).toMatch(new RegExp(`^${method} needs`));
    }
  });

  it('uses covariates, and clusters that move together cost power', () => {
    const x = column(3000, () => random.normal());
    const value = numeric('y', x.map((v) => 10 + 4 * v + 3 * random.normal()));
    const plain = { value, covariates: [], denominator: undefined, cluster: undefined };
    const power = (data: typeof plain | object) => ask(history, { ...options, scale: 'difference', effect: 1, units: 400 }, { ...plain, ...data }).power;
    expect(power({ covariates: [numeric('x', x)] })).toBeGreaterThan(power({}) + 0.1);
    const codes = Int32Array.from({ length: 3000 }, (_, i) => Math.floor(i / 10));
    const levels = Array.from({ length: 300 }, (_, i) => `c${i}`);
    const own = levels.map(() => random.normal());
    const together = numeric('y', column(3000, () => 0).map((_, i) => 10 + 3 * own[codes[i]!]! + 4 * random.normal()));
    const clustered = ask(history, { ...options, scale: 'difference', effect: 1, units: 40 }, { ...plain, value: together, cluster: { name: 'c', codes, levels } });
    const naive = ask(history, { ...options, scale: 'difference', effect: 1, units: 400 }, { ...plain, value: together });
    expect(clustered.power).toBeLessThan(naive.power - 0.2);
  });

  it('keeps conversions binary: the treated rate is the planned one', () => {
    const value = numeric('converted', column(2000, () => (random.bernoulli(0.1) ? 1 : 0)));
    const plan = ask(history, { ...options, effect: 0.5, units: 1500 }, { value, covariates: [], denominator: undefined, cluster: undefined });
    kept(plan.power, ask(fixedHorizon, { metric: { proportion: { rate: plan.controlValue } }, effect: 0.5, units: 1500 }).power);
  });

  it('refuses short, constant and impossible histories', () => {
    const data = (values: Float64Array) => ({ value: numeric('y', values), covariates: [], denominator: undefined, cluster: undefined });
    const question = { effect: 0.5, units: 100, replicates: 100 };
    expect(refusalOf(history, question, data(new Float64Array(5))).reason).toBe('too_few_units');
    expect(refusalOf(history, question, data(new Float64Array(50).fill(2))).reason).toBe('zero_variance');
    expect(refusalOf(history, { ...question, effect: 2 }, data(column(50, () => (random.bernoulli(0.6) ? 1 : 0)))).reason).toBe('unsupported_combination');
    expect(refusalOf(history, question, data(column(50, () => 0).map((_, i) => (i % 2 ? 1 : -1)))).reason).toBe('denominator_near_zero');
  });
});
