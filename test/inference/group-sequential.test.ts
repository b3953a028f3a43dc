import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addLook, beginBoundary, boundaryOf, type BoundaryDesign, type BoundaryState } from '../../src/stats/inference/group-sequential/boundary.js';
import { planDrift } from '../../src/stats/inference/group-sequential/plan-drift.js';
import { repeatedCritical, repeatedCurve, repeatedPValue } from '../../src/stats/inference/group-sequential/repeated-critical.js';
import { spentBy, type Spending } from '../../src/stats/inference/group-sequential/spending.js';
import { stageWise } from '../../src/stats/inference/group-sequential/stage-wise.js';
import { groupSequential } from '../../src/stats/inference/group-sequential.js';
import { alternatives } from '../../src/stats/inference/inference.js';
import { normalUpperTail } from '../../src/stats/numeric/normal.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';
import { chanceToCross, standardEffect, standardisedPath, threeErrors } from './paths.js';

const answered = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(value.detail);
  return value;
};
const uppers = (state: BoundaryState): number[] => state.looks.map(({ upper }) => upper ?? Infinity);
const near = (got: readonly number[], expected: readonly number[], digits: number): void => {
  expect(got.length).toBe(expected.length);
  got.forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, digits));
};
const families: readonly Spending[] = [{ family: 'obrien_fleming' }, { family: 'pocock' }, { family: 'power', exponent: 2 }, { family: 'hwang_shih_decani', gamma: -4 }];
const twoSided = (spending: Spending): BoundaryDesign => ({ alpha: 0.05, sides: 2, spending, plannedInformation: 1 });

describe('group sequential boundaries', () => {
  // Reboussin, DeMets, Kim, Lan (2000), Controlled Clinical Trials 21: O'Brien-Fleming type, five equal looks
  it('O\'Brien-Fleming type spending gives the tabulated boundary of five looks', () => {
    near(uppers(answered(boundaryOf(twoSided({ family: 'obrien_fleming' }), [0.2, 0.4, 0.6, 0.8, 1]))), [4.8769, 3.3569, 2.6803, 2.2898, 2.031], 3);
  });

  // gsDesign's default design: alpha 0.025, beta 0.1, sfHSD(-4) and sfHSD(-2), non-binding futility, three equal looks
  it('Hwang-Shih-DeCani spending with non-binding futility gives gsDesign\'s default design', () => {
    const design: BoundaryDesign = { alpha: 0.025, sides: 1, spending: { family: 'hwang_shih_decani', gamma: -4 }, plannedInformation: 1 };
    const futility = { beta: 0.1, spending: { family: 'hwang_shih_decani', gamma: -2 }, binding: false } as const;
    const looks = [1 / 3, 2 / 3, 1];
    const drift = answered(planDrift(design, futility, looks));
    const { looks: bounds } = answered(boundaryOf({ ...design, futility: { ...futility, drift } }, looks));
    near(bounds.map(({ upper }) => upper!), [3.010739, 2.546531, 1.999226], 6);
    near(bounds.map(({ lower }) => lower!), [-0.238724, 0.9410673, 1.9992264], 5);
  });

  it('binding futility buys a lower efficacy boundary, and error 0.025 when it is obeyed', () => {
    const design: BoundaryDesign = { alpha: 0.025, sides: 1, spending: { family: 'pocock' }, plannedInformation: 1 };
    const looks = [0.25, 0.6, 1];
    const futility = { beta: 0.1, spending: { family: 'pocock' }, binding: true } as const;
    const drift = answered(planDrift(design, futility, looks));
    const bound = answered(boundaryOf({ ...design, futility: { ...futility, drift } }, looks)).looks;
    const free = answered(boundaryOf(design, looks)).looks;
    expect(bound[2]!.upper!).toBeLessThan(free[2]!.upper! - 0.05);
    let rejected = 0;
    for (let path = 0; path < 40_000; path++) {
      const z = standardisedPath(21, path, looks);
      const stop = z.findIndex((value, k) => value > bound[k]!.upper! || value < bound[k]!.lower!);
      if (stop >= 0 && z[stop]! > bound[stop]!.upper!) rejected++;
    }
    expect(Math.abs(rejected / 40_000 - 0.025)).toBeLessThan(threeErrors(0.025, 40_000));
  });

  it('adding one look to a state that was stored as JSON gives what all looks at once give, bit for bit', () => {
    const looks = [0.11, 0.12, 0.5, 0.93, 1.2];
    for (const spending of families) {
      let state: BoundaryState = beginBoundary(twoSided(spending));
      for (const look of looks) state = answered(addLook(JSON.parse(JSON.stringify(state)) as BoundaryState, look));
      expect(state).toEqual(answered(boundaryOf(twoSided(spending), looks)));
    }
  });

  it('any pattern of looks spends exactly 5 %: irregular, bunched and run over', () => {
    const pattern = fc.array(fc.double({ min: 0.001, max: 0.2, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(pattern, fc.constantFrom(...families), fc.double({ min: 0, max: 0.5, noNaN: true }), (steps, spending, overrun) => {
      let at = 0;
      const looks = steps.map((step) => (at += step)).filter((look) => look < 1);
      const state = answered(boundaryOf(twoSided(spending), [...looks, 1 + overrun]));
      const spent = chanceToCross(state.looks.map(({ information }) => information), uppers(state).map((bound) => Math.min(bound, 40)), 2);
      expect(Math.abs(spent - 0.05)).toBeLessThan(1e-10);
    }), { seed: 5, numRuns: 60 });
  });

  it('simulated paths reject in 5 % at looks drawn anew for each path', () => {
    let rejected = 0;
    const replications = 4000;
    for (let path = 0; path < replications; path++) {
      const random = stream(22, path);
      const looks = [...new Set(Array.from({ length: random.integer(4) }, () => 0.05 + 0.9 * random.uniform()))].sort((a, b) => a - b).concat(1 + 0.2 * random.uniform());
      const bounds = uppers(answered(boundaryOf(twoSided(families[path % families.length]!), looks)));
      if (standardisedPath(23, path, looks).some((z, k) => Math.abs(z) > bounds[k]!)) rejected++;
    }
    expect(Math.abs(rejected / replications - 0.05)).toBeLessThan(threeErrors(0.05, replications));
  });

  it('a look past the plan spends all that is left; looks after it have nothing', () => {
    const { looks } = answered(boundaryOf(twoSided({ family: 'pocock' }), [0.5, 1.3, 1.4]));
    expect(looks.map(({ spent }) => spent)).toEqual([0.05 * Math.log1p((Math.E - 1) / 2), 0.05, 0.05]);
    expect(looks[2]!.upper).toBeNull();
  });

  it('refuses looks that go backwards and futility of a two-sided test, and says what would help', () => {
    const refusal = boundaryOf(twoSided({ family: 'pocock' }), [0.5, 0.5]);
    expect(refusal).toMatchObject({ status: 'refused', reason: 'unsupported_combination', detail: expect.stringContaining('information that grows') });
    const futility = { beta: 0.2, spending: { family: 'pocock' }, drift: 2.8, binding: false } as const;
    expect(boundaryOf({ ...twoSided({ family: 'pocock' }), futility }, [0.5])).toMatchObject({ status: 'refused', remedy: expect.stringContaining('greater or less') });
  });

  it('spending functions rise from 0 to alpha, also one-sided at a large alpha', () => {
    for (const spending of [...families, { family: 'hwang_shih_decani', gamma: 0 } as const]) {
      for (const alpha of [1e-9, 0.025, 0.4]) {
        const spent = Array.from({ length: 51 }, (_, i) => spentBy(spending, alpha, i / 50));
        expect(spent[0]).toBe(0);
        expect(spent[50]).toBe(alpha);
        expect(spent.every((value, i) => i === 0 || value >= spent[i - 1]!)).toBe(true);
      }
    }
  });

  it('the second of two looks is the bivariate normal integral of Spotify\'s boundary, not its published trapezoid', () => {
    // P(|Z1| > c1 or |Z2| > c2) = alpha with Z2 = (Z1 + W) / sqrt 2, by Simpson on 20,000 cells
    const [first, second] = uppers(answered(boundaryOf(twoSided({ family: 'power', exponent: 2 }), [0.5, 1]))) as [number, number];
    const spent = (c2: number): number => {
      const cells = 20_000;
      let sum = 0;
      for (let i = 0; i <= cells; i++) {
        const z = -first + (2 * first * i) / cells;
        const weight = i === 0 || i === cells ? 1 : i % 2 ? 4 : 2;
        const beyond = normalUpperTail(c2 * Math.SQRT2 - z) + normalUpperTail(c2 * Math.SQRT2 + z);
        sum += (weight * beyond * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI);
      }
      return 2 * normalUpperTail(first) + (sum * 2 * first) / cells / 3;
    };
    expect(Math.abs(spent(second) - 0.05)).toBeLessThan(1e-12);
    // the published 2.018268 spends more than it may
    expect(spent(2.018268478363753) - 0.05).toBeGreaterThan(4e-6);
  });
});

describe('inference under a group sequential test', () => {
  it('a repeated p-value is at most alpha exactly when the repeated confidence interval leaves out the null', () => {
    const cases = fc.record({
      z: fc.double({ min: -7, max: 7, noNaN: true }), looks: fc.constantFrom([0.3], [0.2, 0.5, 0.7], [0.4, 1.1]), spending: fc.constantFrom(...families),
      alternative: fc.constantFrom(...alternatives), alpha: fc.constantFrom(0.2, 0.05, 0.001),
    });
    fc.assert(fc.property(cases, ({ z, looks, spending, alternative, alpha }) => {
      const options = groupSequential.options.parse({ spending, looks });
      const effect = standardEffect(z, 1000);
      const p = groupSequential.pValue(effect, 0, alternative, options);
      const { lower, upper } = groupSequential.interval(effect, alpha, alternative, options);
      expect(p >= 0 && p <= 1).toBe(true);
      if (Math.abs(p - alpha) > 1e-9) expect(p <= alpha).toBe((lower !== null && lower > 0) || (upper !== null && upper < 0));
    }), { seed: 3, numRuns: 150 });
  });

  it('a statistic at the boundary of a level has that level for its repeated p-value, to 1e-7', () => {
    for (const spending of families) {
      for (const sides of [1, 2] as const) {
        const plan = { spending, looks: [0.15, 0.4, 0.45], plannedInformation: 1 };
        const curve = repeatedCurve(plan, sides);
        for (const alpha of [0.6, 0.3, 0.1, 0.05, 0.01, 1e-4, 1e-10]) {
          const critical = repeatedCritical(plan, alpha, sides);
          if (critical !== null) expect(repeatedPValue(curve, critical, sides) / alpha).toBeCloseTo(1, 7);
        }
      }
    }
  });

  it('one look at the planned end is the fixed normal test', () => {
    const options = groupSequential.options.parse({ looks: [1] });
    for (const z of [0.3, 1.96, 5, 20]) {
      expect(groupSequential.pValue(standardEffect(z, 100), 0, 'two_sided', options) / (2 * normalUpperTail(z))).toBeCloseTo(1, 9);
      expect(groupSequential.pValue(standardEffect(z, 100), 0, 'greater', options) / normalUpperTail(z)).toBeCloseTo(1, 9);
    }
  });

  it('p-values stay finite and on the safe side far out, and 1 at no effect', () => {
    const options = groupSequential.options.parse({ looks: [0.2, 0.6] });
    expect(groupSequential.pValue(standardEffect(500, 100), 0, 'two_sided', options)).toBeLessThan(1e-190);
    expect(groupSequential.pValue(standardEffect(0, 100), 0, 'two_sided', options)).toBe(1);
    expect(groupSequential.pValue(standardEffect(-40, 100), 0, 'greater', options)).toBe(1);
  });

  it('nothing left to spend: the interval is the line and the p-value 1', () => {
    const options = groupSequential.options.parse({ looks: [1, 1.5] });
    expect(groupSequential.interval(standardEffect(9, 100), 0.05, 'two_sided', options).shape).toBe('line');
    expect(groupSequential.pValue(standardEffect(9, 100), 0, 'two_sided', options)).toBe(1);
  });

  it('options refuse looks that go backwards', () => {
    expect(groupSequential.options.safeParse({ looks: [0.5, 0.4] }).success).toBe(false);
  });

  it('dollars or cents, fractions or units: the same interval and p-value', () => {
    const dollars = { estimate: 1.7, standardError: 0.6, degreesOfFreedom: null, n: 4000 };
    const cents = { ...dollars, estimate: 170, standardError: 60 };
    const fractions = groupSequential.options.parse({ looks: [0.25, 0.5, 0.75] });
    const units = groupSequential.options.parse({ looks: [1000, 2000, 3000], plannedInformation: 4000 });
    expect(groupSequential.pValue(cents, 0, 'two_sided', units)).toBeCloseTo(groupSequential.pValue(dollars, 0, 'two_sided', fractions), 12);
    const [a, b] = [groupSequential.interval(dollars, 0.05, 'two_sided', fractions), groupSequential.interval(cents, 0.05, 'two_sided', units)];
    expect(b.lower! / 100).toBeCloseTo(a.lower!, 12);
  });

  it.each([0, 1.5, 3])('drift %d: repeated intervals hold at all looks together, and at the stop the stage-wise estimate is median-unbiased with a 95 %% interval', (drift) => {
    const looks = [0.2, 0.45, 0.8, 1.05];
    const state = answered(boundaryOf(twoSided({ family: 'pocock' }), looks));
    const bounds = uppers(state);
    const replications = 400;
    const count = { repeated: 0, below: 0, covered: 0 };
    for (let path = 0; path < replications; path++) {
      const z = standardisedPath(24, path, looks, drift);
      if (z.every((value, k) => Math.abs(value - drift * Math.sqrt(looks[k]!)) <= bounds[k]!)) count.repeated++;
      const crossedAt = z.findIndex((value, k) => Math.abs(value) > bounds[k]!);
      const stop = crossedAt === -1 ? looks.length - 1 : crossedAt;
      const { medianUnbiased, lower, upper } = answered(stageWise(state.looks.slice(0, stop + 1), z[stop]!, 0.05));
      const truth = drift * Math.sqrt(looks[stop]!);
      if (medianUnbiased < truth) count.below++;
      if (lower <= truth && truth <= upper) count.covered++;
    }
    expect(Math.abs(count.repeated / replications - 0.95)).toBeLessThan(threeErrors(0.95, replications));
    expect(Math.abs(count.below / replications - 0.5)).toBeLessThan(threeErrors(0.5, replications));
    expect(Math.abs(count.covered / replications - 0.95)).toBeLessThan(threeErrors(0.95, replications));
  });

  it('a stop at the first look has the fixed estimate, interval and p-values', () => {
    const [only] = answered(boundaryOf(twoSided({ family: 'pocock' }), [0.5])).looks;
    const { medianUnbiased, lower, upper, pGreater, pTwoSided } = answered(stageWise([only!], 2.9, 0.05));
    near([medianUnbiased, lower, upper], [2.9, 2.9 - 1.959963984540054, 2.9 + 1.959963984540054], 9);
    expect(pGreater / normalUpperTail(2.9)).toBeCloseTo(1, 12);
    expect(pTwoSided / normalUpperTail(2.9)).toBeCloseTo(2, 12);
  });

  it('stage-wise p-values are uniform under no effect', () => {
    const looks = [0.3, 0.7, 1];
    const state = answered(boundaryOf(twoSided({ family: 'obrien_fleming' }), looks));
    const bounds = uppers(state);
    const p = Array.from({ length: 500 }, (_, path) => {
      const z = standardisedPath(25, path, looks);
      const crossedAt = z.findIndex((value, k) => Math.abs(value) > bounds[k]!);
      const stop = crossedAt === -1 ? 2 : crossedAt;
      return answered(stageWise(state.looks.slice(0, stop + 1), z[stop]!, 0.05)).pTwoSided;
    });
    for (const level of [0.01, 0.05, 0.2, 0.5, 0.8]) {
      expect(Math.abs(p.filter((value) => value <= level).length / p.length - level)).toBeLessThan(threeErrors(level, p.length));
    }
    // and agree with the test itself
    expect(Math.abs(p.filter((value) => value <= 0.05).length / p.length - 0.05)).toBeLessThan(threeErrors(0.05, p.length));
  });
});
