import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { bucketRanges } from '../../src/stats/design/assignment/bucket-ranges.js';
import { chooseVariation } from '../../src/stats/design/assignment/choose-variation.js';
import { growthbookHash } from '../../src/stats/design/assignment/growthbook-hash.js';
import { inNamespace } from '../../src/stats/design/assignment/namespace.js';
import { bayesian } from '../../src/stats/design/planning/bayesian.js';
import { fixedHorizon } from '../../src/stats/design/planning/fixed-horizon.js';
import { growthbookScalingFactor, growthbookSequentialEffect, growthbookSequentialPower } from '../../src/stats/design/planning/growthbook-conventions.js';
import { midExperiment, midExperimentPower } from '../../src/stats/design/planning/mid-experiment.js';
import { prepareSetting, testedSettingShape, type PreparedSetting } from '../../src/stats/design/planning/setting.js';
import { isRefusal } from '../../src/stats/refusal.js';
import { ask } from './ask.js';
import { z } from 'zod';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each topic has its own shape
type Json = any;
interface Vector { id: string; topic: string; inputs: Json; expected: Json; tolerance: number; rtol?: number; full_precision?: Json }

const path = resolve(process.env.ASSAY_SHARED ?? '../shared', 'vectors/experimentation.json');
const vectors: Vector[] = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).vectors : [];
const about = (topic: string): Vector[] => vectors.filter((vector) => vector.topic === topic);
/** Skipped by name, not passed, where the shared vectors are absent. */
const each = vectors.length ? it : it.skip;

describe('published vectors of assignment', () => {
  each('deterministic hash: 10 cases, bit for bit', () => {
    const cases = about('deterministic hash (FNV-1a 32)');
    for (const { id, inputs, expected } of cases) expect({ id, value: growthbookHash(inputs.seed, inputs.value, inputs.version) }).toEqual({ id, value: expected });
    expect(cases.length).toBe(10);
  });

  each('bucket ranges: 11 cases', () => {
    const cases = about('bucket ranges (weights, coverage)');
    for (const { inputs, expected, tolerance } of cases) {
      const ranges = bucketRanges(inputs.n, inputs.coverage, inputs.weights);
      expect(ranges.length).toBe(expected.length);
      for (const [i, { from, to }] of ranges.entries()) {
        expect(Math.abs(from - expected[i][0])).toBeLessThanOrEqual(tolerance);
        expect(Math.abs(to - expected[i][1])).toBeLessThanOrEqual(tolerance);
      }
    }
    expect(cases.length).toBe(11);
  });

  each('choose variation: 11 cases', () => {
    const cases = about('choose variation');
    for (const { id, inputs, expected } of cases) {
      const ranges = inputs.ranges.map(([from, to]: [number, number]) => ({ from, to }));
      expect({ id, index: chooseVariation(inputs.n, ranges) }).toEqual({ id, index: expected });
    }
    expect(cases.length).toBe(11);
  });

  each('namespaces: 8 cases', () => {
    const cases = about('namespace (mutual exclusion)');
    for (const { id, inputs, expected } of cases) {
      const [name, from, to] = inputs.namespace;
      expect({ id, inside: inNamespace(inputs.id, { name, ranges: [{ from, to }] }, 'growthbook_v2') }).toEqual({ id, inside: expected });
    }
    expect(cases.length).toBe(8);
  });
});

/** GrowthBook plans with the control's variance in both arms, also for proportions: a mean says so. */
const asMean = (metric: Json) => ({
  mean: metric.type === 'binomial'
    ? { mean: metric.conversionRate, standardDeviation: Math.sqrt(metric.conversionRate * (1 - metric.conversionRate)) }
    : { mean: metric.mean, standardDeviation: Math.sqrt(metric.variance) },
});
const equal = (arms: number) => Array.from({ length: arms }, () => 1 / arms);
const growthbook = { reference: 'normal', liftTest: 'delta' };
const close = (value: number, expected: number, tolerance: number) => expect(Math.abs(value - expected)).toBeLessThanOrEqual(tolerance);
const named = (id: string): Vector => vectors.find((vector) => vector.id === id)!;

function prepared(metric: Json, arms: number, alpha: number): PreparedSetting {
  const setting = prepareSetting(z.object(testedSettingShape).parse({ metric: asMean(metric), allocation: equal(arms), alpha, liftTest: 'delta' }), 'test');
  if (isRefusal(setting)) throw new Error(setting.detail);
  return setting;
}

describe('published vectors of planning', () => {
  each('gb-power-fixed and gb-mde-fixed: power and smallest lift of three arms', () => {
    const { inputs, expected, tolerance } = named('gb-power-fixed');
    const setting = { ...growthbook, metric: asMean(inputs.metric), units: inputs.n, allocation: equal(inputs.nVariations), alpha: inputs.alpha };
    close(ask(fixedHorizon, { ...setting, effect: inputs.metric.effectSize }).power, expected, tolerance);
    const mde = named('gb-mde-fixed');
    close(ask(fixedHorizon, { ...setting, power: mde.inputs.power }).effect, mde.expected, mde.tolerance);
  });

  each('gb-power-9weeks and gb-power-9weeks-bayes: power and smallest lift by week', () => {
    for (const id of ['gb-power-9weeks', 'gb-power-9weeks-bayes']) {
      const { inputs, expected, tolerance } = named(id);
      const prior = inputs.prior && { mean: inputs.prior.mean, standardDeviation: Math.sqrt(inputs.prior.variance) };
      const powers: number[] = [];
      const effects: number[] = [];
      for (let week = 1; week <= inputs.weeks; week++) for (const metric of [inputs.metrics.click_through_rate, inputs.metrics.revenue]) {
        const setting = { metric: asMean(metric), units: week * inputs.usersPerWeek, allocation: equal(inputs.nVariations), alpha: inputs.alpha };
        const plan = (question: object) => prior ? ask(bayesian, { ...setting, prior, standardErrorAt: 'effect', ...question }) : ask(fixedHorizon, { ...growthbook, ...setting, ...question });
        powers.push(plan({ effect: metric.effectSize }).power);
        effects.push(plan({ power: 0.8 }).effect);
      }
      expected.power_ctr_rev_interleaved.forEach((power: number, i: number) => close(powers[i]!, power, tolerance));
      expected.mde_interleaved.forEach((effect: number, i: number) => close(effects[i]!, effect, tolerance));
    }
  });

  each('gb-power-seq and gb-power-9weeks-seq: the widened standard error of its calculator', () => {
    const { inputs, expected, tolerance } = named('gb-power-seq');
    close(growthbookSequentialPower(prepared(inputs.metric, inputs.nVariations, inputs.alpha), inputs.metric.effectSize, inputs.n, inputs.sequentialN), expected, tolerance);
    const weeks = named('gb-power-9weeks-seq');
    let i = 0;
    for (let week = 1; week <= weeks.inputs.weeks; week++) for (const metric of [weeks.inputs.metrics.click_through_rate, weeks.inputs.metrics.revenue]) {
      const units = week * weeks.inputs.usersPerWeek;
      const setting = prepared(metric, weeks.inputs.nVariations, weeks.inputs.alpha);
      close(growthbookSequentialPower(setting, metric.effectSize, units, weeks.inputs.sequential), weeks.expected.power_ctr_rev_interleaved[i], weeks.tolerance);
      close(growthbookSequentialEffect(setting, 0.8, units, weeks.inputs.sequential).value, weeks.expected.mde_interleaved[i], weeks.tolerance);
      i++;
    }
    expect(i).toBe(18);
  });

  each('gb-midpower: further units of a running experiment, three ways to read it', () => {
    const cases = about('mid-experiment power: extra-sample scaling factor');
    for (const { inputs, expected, tolerance, full_precision } of cases) {
      const arm = ({ n, sum, sum_squares }: Json) => ({ n, mean: sum / n, variance: (sum_squares - sum ** 2 / n) / (n - 1) });
      const [c, t] = [arm(inputs.control), arm(inputs.treatment)];
      const standardError = Math.sqrt(t.variance / (c.mean ** 2 * t.n) + (c.variance * t.mean ** 2) / (c.mean ** 4 * c.n));
      const prior = inputs.power.prior_effect && { mean: inputs.power.prior_effect.mean, standardDeviation: Math.sqrt(inputs.power.prior_effect.variance) };
      const options = midExperiment.options.parse({
        standardError, units: c.n + t.n, effect: inputs.power.target_mde, power: inputs.power.target_power, goals: inputs.power.num_goal_metrics,
        treatments: inputs.power.num_variations - 1, alpha: inputs.config.alpha,
        inference: prior ? { bayesian: { prior } } : inputs.power.sequential ? { confidenceSequence: { tuningUnits: inputs.power.sequential_tuning_parameter } } : { fixed: {} },
      });
      const powerAt = (factor: number) => midExperimentPower(options, (1 + factor) * options.units);
      close(powerAt(expected.scaling_factor), full_precision.power_at_scaling, 1e-9);
      close(growthbookScalingFactor(powerAt, inputs.power.target_power)!, expected.scaling_factor, tolerance);
      // the exact root: its search stops when power is within 1e-5
      const plan = ask(midExperiment, options);
      close(plan.power, inputs.power.target_power, 1e-9);
      close(plan.scalingFactor / expected.scaling_factor, 1, 1e-4);
    }
    expect(cases.length).toBe(3);
  });

  each('sp-ss: sample sizes of G*Power, by the formula with variances of both arms', () => {
    const cases = about('sample size vs G*Power');
    for (const { inputs, expected, rtol } of cases) {
      const metric = inputs.baseline_proportion === undefined
        ? { mean: { mean: 0, standardDeviation: Math.sqrt(inputs.baseline_variance) } }
        : { proportion: { rate: inputs.baseline_proportion } };
      const { units } = ask(fixedHorizon, {
        metric, scale: 'difference', effect: inputs.absolute_percentage_mde ?? inputs.average_absolute_mde,
        alpha: inputs.alpha ?? 0.05, power: inputs.power ?? 0.85, allocation: equal(inputs.treatments ?? 2),
      });
      expect(Math.abs(units / expected.n_total - 1)).toBeLessThan(rtol!);
      // closer than asked: within a few units of the independent program
      expect(Math.abs(units / expected.n_total - 1)).toBeLessThan(5e-5);
    }
    expect(cases.length).toBe(5);
  });

  each('sp-powered-test2: powered effect and required units from sums, both arms with the control\'s variance', () => {
    const { inputs, expected } = named('sp-powered-test2');
    const [control, treatment] = ['control', inputs.level_2].map((name) => inputs.rows.find((row: Json) => row.v === name));
    const mean = control.sum / control.count;
    const variance = (control.ss - control.sum ** 2 / control.count) / (control.count - 1);
    const total = control.count + treatment.count;
    const setting = {
      metric: { mean: { mean, standardDeviation: Math.sqrt(variance) } }, reference: 'normal', power: inputs.power,
      allocation: [control.count / total, treatment.count / total],
    };
    close(ask(fixedHorizon, { ...setting, scale: 'difference', units: total }).effect, expected.powered_effect, 1e-4);
    close(ask(fixedHorizon, { ...setting, scale: 'difference', effect: control.mde * mean }).units, expected.required_n, 2);
  });
});
