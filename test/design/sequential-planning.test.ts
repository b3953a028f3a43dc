import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { bayesian } from '../../src/stats/design/planning/bayesian.js';
import { firstCrossing } from '../../src/stats/design/planning/first-crossing.js';
import { fixedHorizon } from '../../src/stats/design/planning/fixed-horizon.js';
import { groupSequential } from '../../src/stats/design/planning/group-sequential.js';
import { sequentialConfidence } from '../../src/stats/design/planning/sequential-confidence.js';
import { equalLooks, looksOf, sequentialPower } from '../../src/stats/design/planning/sequential-plan.js';
import { ask } from './ask.js';

const reference = JSON.parse(readFileSync(new URL('./vectors/power.json', import.meta.url), 'utf8'));
const orders = { mean: { mean: 10, standardDeviation: 30 } };
const conversion = { proportion: { rate: 0.1 } };

describe('firstCrossing', () => {
  it('agrees with multivariate normal probabilities by scipy to 1e-6, with and without drift', () => {
    for (const { times, upper, lower, drift, inside } of reference.inside) {
      const { above, below } = firstCrossing({ times, upper, lower }, drift);
      let left = 1;
      for (let k = 0; k < times.length; k++) {
        left -= above[k]! + below[k]!;
        expect(Math.abs(left - inside[k])).toBeLessThan(1e-6);
      }
    }
  });

  it('finds 5 % for the published constants of Pocock and O\'Brien-Fleming at 2, 5 and 10 looks', () => {
    for (const [looks, pocock, obrienFleming] of [[2, 2.178, 1.977], [5, 2.413, 2.04], [10, 2.555, 2.087]] as const) {
      const times = Array.from({ length: looks }, (_, k) => (k + 1) / looks);
      const size = (bounds: number[]) => {
        const { above, below } = firstCrossing({ times, upper: bounds, lower: bounds.map((b) => -b) }, 0);
        return [...above, ...below].reduce((a, b) => a + b, 0);
      };
      expect(Math.abs(size(times.map(() => pocock)) - 0.05)).toBeLessThan(1e-4);
      expect(Math.abs(size(times.map((t) => obrienFleming / Math.sqrt(t))) - 0.05)).toBeLessThan(1e-4);
    }
  });

  it('chances of stopping and of never stopping sum to one over 300 looks', () => {
    const times = Array.from({ length: 300 }, (_, k) => (k + 1) / 300);
    const never = firstCrossing({ times, upper: [...times.slice(1).map((t) => 9 / t), 0], lower: [...times.slice(1).map(() => -Infinity), 0] }, 1);
    expect(Math.abs(never.above[299]! + never.below[299]! - 1)).toBeLessThan(1e-9);
  });
});

describe('group_sequential', () => {
  const base = { metric: orders, effect: 0.05, power: 0.9 };

  it('one look is the normal fixed horizon', () => {
    const plan = ask(groupSequential, { ...base, looks: 1 });
    expect(plan.units).toBe(ask(fixedHorizon, { ...base, reference: 'normal' }).units);
    expect(plan.inflation).toBeCloseTo(1, 6);
  });

  it('boundaries and inflation agree with numerical integration in numpy at three looks and 90 % power, for five ways to spend', () => {
    for (const { family, boundary, inflation } of reference.group_sequential) {
      const spending = Number(family) > 0 ? { family: 'power', exponent: Number(family) } : { family };
      const plan = ask(groupSequential, { ...base, effect: 0.01, looks: 3, spending });
      plan.boundary.forEach((bound, k) => expect(Math.abs(bound! - boundary[k])).toBeLessThan(1e-4));
      expect(Math.abs(plan.inflation - inflation)).toBeLessThan(1e-4);
    }
  });

  it('Pocock and O\'Brien-Fleming constants inflate by 1.207 and 1.026 at 5 looks and 90 % power (Jennison and Turnbull, tables 2.2 and 2.4)', () => {
    const times = equalLooks(5);
    const fixedDrift = 1.9599640 + 1.2815516;
    for (const [bound, inflation] of [[() => 2.413, 1.207], [(t: number) => 2.04 / Math.sqrt(t), 1.026]] as const) {
      const drift = fixedDrift * Math.sqrt(inflation);
      expect(Math.abs(sequentialPower(looksOf(times, times.map(bound), 'two_sided'), drift, true).power - 0.9)).toBeLessThan(2e-4);
    }
  });

  it('stops early on average, and looks at shares of the units that people choose', () => {
    const plan = ask(groupSequential, { ...base, lookTimes: [0.3, 0.6, 1] });
    expect(plan.expectedUnits).toBeLessThan(plan.units);
    expect(plan.powerByLook.at(-1)).toBeCloseTo(0.9, 3);
    expect(plan.boundary).toHaveLength(3);
    expect(groupSequential.options.safeParse({ ...base, lookTimes: [0.3, 0.6] }).success).toBe(false);
  });

  it('one-sided down is one-sided up, mirrored', () => {
    const up = ask(groupSequential, { ...base, alternative: 'greater' });
    const down = ask(groupSequential, { metric: orders, effect: -0.05, power: 0.9, alternative: 'less' });
    expect(down.units).toBe(up.units);
    expect(down.inflation).toBeCloseTo(up.inflation, 9);
  });
});

describe('confidence_sequence', () => {
  it('one look has the power of that look, more looks have more, never that of a fixed horizon', () => {
    const options = { metric: orders, effect: 0.05, units: 20_000 };
    const power = (looks: number) => ask(sequentialConfidence, { ...options, looks });
    expect(power(1).power).toBeCloseTo(power(1).powerAtEndOnly, 9);
    const powers = [1, 5, 20, 100].map((looks) => power(looks).power);
    expect([...powers].sort((a, b) => a - b)).toEqual(powers);
    expect(powers[3]).toBeLessThan(ask(fixedHorizon, options).power);
  });

  it('at no effect errs at most alpha in 300 looks, over four orders of magnitude of units', () => {
    for (const units of [500, 5000, 50_000, 500_000]) {
      const plan = ask(sequentialConfidence, { metric: orders, effect: 1e-9, units, looks: 300 });
      expect(plan.power).toBeLessThan(0.05);
    }
  });

  it('units and expected units are found again by power', () => {
    const plan = ask(sequentialConfidence, { metric: conversion, effect: 0.1, power: 0.8, tuningUnits: 30_000 });
    expect(ask(sequentialConfidence, { metric: conversion, effect: 0.1, units: plan.units, tuningUnits: 30_000 }).power).toBeCloseTo(plan.power, 9);
    expect(plan.expectedUnits).toBeGreaterThan(0.3 * plan.units);
    expect(plan.expectedUnits).toBeLessThan(plan.units);
    expect(plan.expectedDays).toBeNull();
  });

  it('expected days are expected units over traffic, up to the last day of each look, and follow units until they are mature', () => {
    const options = { metric: conversion, effect: 0.1, power: 0.8, tuningUnits: 30_000 };
    const plan = ask(sequentialConfidence, { ...options, traffic: { unitsPerDay: 100 } });
    expect(plan.expectedDays! - plan.expectedUnits / 100).toBeGreaterThanOrEqual(0);
    expect(plan.expectedDays! - plan.expectedUnits / 100).toBeLessThanOrEqual(1);
    expect(plan.expectedDays!).toBeLessThan(plan.days!);
    expect(ask(sequentialConfidence, { ...options, traffic: { unitsPerDay: 100, maturityDays: 7 } }).expectedDays! - plan.expectedDays!).toBeCloseTo(7, 9);
    expect(ask(sequentialConfidence, { ...options, looks: 1, traffic: { unitsPerDay: 100 } })).toMatchObject({ expectedDays: ask(sequentialConfidence, { ...options, looks: 1, traffic: { unitsPerDay: 100 } }).days });
    // traffic that stops before the last look
    expect(ask(sequentialConfidence, { ...options, traffic: { newUnitsByDay: [1000, 0, 0, 0, 0, 0, 0, 0] } }).expectedDays).toBeNull();
  });
});

describe('bayesian', () => {
  it('a flat prior is the normal fixed horizon with the delta-method lift', () => {
    const options = { metric: orders, effect: 0.05, power: 0.8 };
    expect(ask(bayesian, { ...options, standardErrorAt: 'effect' }).units).toBe(ask(fixedHorizon, { ...options, reference: 'normal', liftTest: 'delta' }).units);
    expect(ask(bayesian, options).assurance).toBeNull();
  });

  it('a sceptical prior costs units; assurance averages power over the prior', () => {
    const options = { metric: orders, effect: 0.05, power: 0.8 };
    const sceptical = ask(bayesian, { ...options, prior: { mean: 0, standardDeviation: 0.02 } });
    expect(sceptical.units).toBeGreaterThan(ask(bayesian, options).units);
    expect(sceptical.assurance).toBeLessThan(0.8);
    const sure = ask(bayesian, { ...options, prior: { mean: 0.05, standardDeviation: 1e-4 }, power: 0.8 });
    expect(sure.assurance).toBeCloseTo(sure.power, 2);
  });
});
