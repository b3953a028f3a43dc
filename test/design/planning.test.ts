import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { equivalence } from '../../src/stats/design/planning/equivalence.js';
import { firstCrossing } from '../../src/stats/design/planning/first-crossing.js';
import { fixedHorizon } from '../../src/stats/design/planning/fixed-horizon.js';
import { noncentralLowerTail, noncentralUpperTail } from '../../src/stats/numeric/noncentral-t.js';
import { ask } from './ask.js';

const reference = JSON.parse(readFileSync(new URL('./vectors/power.json', import.meta.url), 'utf8'));

const unit = { mean: { mean: 0, standardDeviation: 1 } };

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
      const plan = ask(fixedHorizon, { metric: unit, scale: 'difference', effect: d, units: 2 * nPerArm, alpha, alternative });
      expect(Math.abs(plan.power - power)).toBeLessThan(1e-8);
    }
  });
});

describe('equivalence', () => {
  it('power of two one-sided t-tests agrees with numerical integration by scipy to 1e-9', () => {
    for (const { theta, margin, nPerArm, alpha, power } of reference.tost) {
      const plan = ask(equivalence, { metric: unit, scale: 'difference', trueEffect: theta, margin, units: 2 * nPerArm, alpha });
      expect(Math.abs(plan.power - power)).toBeLessThan(1e-9);
    }
  });
});

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
    const { above, below } = firstCrossing({ times, upper: times.map((t) => 9 / t), lower: times.map(() => -Infinity) }, 1);
    expect(Math.max(...above, ...below)).toBeLessThan(1e-12);
    const never = firstCrossing({ times, upper: [...times.slice(1).map((t) => 9 / t), 0], lower: [...times.slice(1).map(() => -Infinity), 0] }, 1);
    expect(Math.abs(never.above[299]! + never.below[299]! - 1)).toBeLessThan(1e-6);
  });
});
