import { describe, expect, it } from '@jest/globals';
import { bayesian } from '../../src/stats/design/planning/bayesian.js';
import { conditionalPower } from '../../src/stats/design/planning/conditional-power.js';
import { equivalence } from '../../src/stats/design/planning/equivalence.js';
import { fixedHorizon } from '../../src/stats/design/planning/fixed-horizon.js';
import { groupSequential } from '../../src/stats/design/planning/group-sequential.js';
import { midExperiment } from '../../src/stats/design/planning/mid-experiment.js';
import { nonInferiority } from '../../src/stats/design/planning/non-inferiority.js';
import { riskAware } from '../../src/stats/design/planning/risk-aware.js';
import { sequentialHybrid } from '../../src/stats/design/planning/sequential-hybrid.js';
import { sequentialMixture } from '../../src/stats/design/planning/sequential-mixture.js';
import { sequentialConfidence } from '../../src/stats/design/planning/sequential-confidence.js';
import { contrasts } from '../../src/stats/effects/contrast.js';
import type { Effect } from '../../src/stats/effects/effect.js';
import { meanOutcome, ratioOutcome } from '../../src/stats/effects/outcome.js';
import { confidenceSequence } from '../../src/stats/inference/confidence-sequence.js';
import { fixed } from '../../src/stats/inference/fixed.js';
import { hybrid } from '../../src/stats/inference/hybrid.js';
import { mixtureSprt } from '../../src/stats/inference/mixture-sprt.js';
import { stream, type RandomStream } from '../../src/stats/numeric/random.js';
import { isRefusal } from '../../src/stats/refusal.js';
import { momentsOf } from '../../src/stats/summaries/moments.js';
import { ask } from './ask.js';

/**
 * Data are drawn as the plan assumes and read by the effects and inference that read real experiments. With 2,000 replicates
 * the Monte Carlo error is 0.9 points: the promise of 2 points is checked with it as the only allowance.
 */
const REPLICATES = 2000;
const WITHIN = 0.02;

const share = (decide: (random: RandomStream) => boolean, seed: number, replicates = REPLICATES): number => {
  let hits = 0;
  for (let r = 0; r < replicates; r++) if (decide(stream(seed, r))) hits++;
  return hits / replicates;
};
const kept = (simulated: number, promised: number) => expect(Math.abs(simulated - promised)).toBeLessThan(WITHIN);

type Arm = Record<string, Float64Array>;
const column = (n: number, draw: () => number) => Float64Array.from({ length: n }, draw);
function compare(control: Arm, treatment: Arm, outcomes = 1): { difference: Effect; lift: Effect } {
  const [contrast] = contrasts(momentsOf(control), [momentsOf(treatment)], outcomes, outcomes === 2 ? ratioOutcome : meanOutcome);
  if (!contrast || isRefusal(contrast) || isRefusal(contrast.difference) || isRefusal(contrast.lift)) throw new Error('no contrast');
  return contrast as { difference: Effect; lift: Effect };
}
const rejects = (effect: Effect) => fixed.pValue(effect, 0, 'two_sided', {}) <= 0.05;
const metric = { mean: { mean: 10, standardDeviation: 5 } };

describe('achieved power is within 2 points of the promise', () => {
  it('fixed_horizon: mean, small and unequal arms, as a lift', () => {
    const { unitsByArm, power } = ask(fixedHorizon, { metric, effect: 0.2, power: 0.8, allocation: [0.7, 0.3] });
    kept(share((random) => rejects(compare(
      { y: column(unitsByArm[0]!, () => 10 + 5 * random.normal()) },
      { y: column(unitsByArm[1]!, () => 12 + 5 * random.normal()) },
    ).lift), 1), power);
  });

  it('fixed_horizon: proportion', () => {
    const { unitsByArm, power } = ask(fixedHorizon, { metric: { proportion: { rate: 0.3 } }, scale: 'difference', effect: 0.15, power: 0.8 });
    kept(share((random) => {
      const arm = (n: number, rate: number) => ({ y: column(n, () => (random.bernoulli(rate) ? 1 : 0)) });
      return rejects(compare(arm(unitsByArm[0]!, 0.3), arm(unitsByArm[1]!, 0.45)).difference);
    }, 2), power);
  });

  it('fixed_horizon: ratio of two correlated columns', () => {
    // denominator 4 + d, numerator 2 x denominator + noise
    const plan = ask(fixedHorizon, {
      metric: { ratio: { numeratorMean: 8, numeratorStandardDeviation: Math.sqrt(4 + 9), denominatorMean: 4, denominatorStandardDeviation: 1, correlation: 2 / Math.sqrt(13) } },
      effect: 0.1, power: 0.8,
    });
    kept(share((random) => {
      const arm = (n: number, lift: number) => {
        const d = column(n, () => 4 + random.normal());
        return { y: d.map((v) => v * 2 * (1 + lift) + 3 * random.normal()), d };
      };
      return rejects(compare(arm(plan.unitsByArm[0]!, 0), arm(plan.unitsByArm[1]!, 0.1), 2).difference);
    }, 3), plan.power);
  });

  it('fixed_horizon: covariate of correlation 0.7, adjusted for', () => {
    const { unitsByArm, power } = ask(fixedHorizon, { metric, scale: 'difference', effect: 1.5, power: 0.8, covariateCorrelation: 0.7 });
    kept(share((random) => {
      const arm = (n: number, shift: number) => {
        const x = column(n, () => random.normal());
        return { y: x.map((v) => 10 + shift + 5 * (0.7 * v + Math.sqrt(0.51) * random.normal())), x };
      };
      return rejects(compare(arm(unitsByArm[0]!, 0), arm(unitsByArm[1]!, 1.5)).difference);
    }, 4), power);
  });

  it('fixed_horizon: clusters of 5 with intraclass correlation 0.1, read by cluster means', () => {
    const { unitsByArm, power } = ask(fixedHorizon, { metric, scale: 'difference', effect: 2.5, power: 0.8, design: { cluster: { size: 5, intraclassCorrelation: 0.1 } } });
    kept(share((random) => {
      const clusters = (n: number, shift: number) => ({ y: column(n, () => {
        const own = Math.sqrt(0.1) * random.normal();
        let sum = 0;
        for (let i = 0; i < 5; i++) sum += own + Math.sqrt(0.9) * random.normal();
        return 10 + shift + (5 * sum) / 5;
      }) });
      return rejects(compare(clusters(unitsByArm[0]!, 0), clusters(unitsByArm[1]!, 2.5)).difference);
    }, 5), power);
  });

  it('fixed_horizon: switchback in windows of 3 periods, one burnt, with autocorrelated periods; windows drawn at random', () => {
    const plan = ask(fixedHorizon, { metric, scale: 'difference', effect: 1.2, power: 0.8, design: { switchback: { unitsPerPeriod: 30, periodsPerWindow: 3, burnIn: 1, intraclassCorrelation: 0.1, autocorrelation: 0.6 } } });
    kept(share((random) => {
      const treated = Array.from({ length: plan.units }, (_, i) => i < plan.unitsByArm[1]!);
      random.shuffle(treated);
      const values: [number[], number[]] = [[], []];
      let period = random.normal();
      for (const isTreated of treated) {
        let sum = 0;
        for (let p = 0; p < 3; p++) {
          period = 0.6 * period + 0.8 * random.normal();
          if (p > 0) sum += Math.sqrt(0.1) * period + Math.sqrt(0.9 / 30) * random.normal();
        }
        values[isTreated ? 1 : 0].push(10 + (isTreated ? 1.2 : 0) + (5 * sum) / 2);
      }
      return rejects(compare({ y: Float64Array.from(values[0]) }, { y: Float64Array.from(values[1]) }).difference);
    }, 6), plan.power);
  });

  it('fixed_horizon: matched pairs of correlation 0.8, read by their differences', () => {
    const { units, power } = ask(fixedHorizon, { metric, scale: 'difference', effect: 1.5, power: 0.8, design: { paired: { correlation: 0.8 } } });
    kept(share((random) => {
      const differences = column(units / 2, () => 1.5 + 5 * Math.sqrt(2 * 0.2) * random.normal());
      const mean = differences.reduce((a, b) => a + b, 0) / differences.length;
      const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (differences.length - 1);
      return rejects({ estimate: mean, standardError: Math.sqrt(variance / differences.length), degreesOfFreedom: differences.length - 1, n: units });
    }, 7), power);
  });

  it('non_inferiority and equivalence, on lifts by Fieller', () => {
    const draw = (random: RandomStream, n: number) => ({ y: column(n, () => 10 + 5 * random.normal()) });
    const inferior = ask(nonInferiority, { metric, margin: 0.2, power: 0.8 });
    kept(share((random) => fixed.pValue(compare(draw(random, inferior.unitsByArm[0]!), draw(random, inferior.unitsByArm[1]!)).lift, -0.2, 'greater', {}) <= 0.025, 8), inferior.power);
    const same = ask(equivalence, { metric, margin: 0.2, power: 0.8 });
    kept(share((random) => {
      const { lift } = compare(draw(random, same.unitsByArm[0]!), draw(random, same.unitsByArm[1]!));
      return fixed.pValue(lift, -0.2, 'greater', {}) <= 0.05 && fixed.pValue(lift, 0.2, 'less', {}) <= 0.05;
    }, 9), same.power);
  });

  /** Standardised statistics at equal looks with the drift of a plan, and the first look that passes its boundary. */
  const stopping = (random: RandomStream, drift: number, boundary: readonly (number | null)[]): number => {
    let score = 0;
    const gained = 1 / boundary.length;
    for (let k = 0; k < boundary.length; k++) {
      score += drift * gained + Math.sqrt(gained) * random.normal();
      if (boundary[k] !== null && Math.abs(score) / Math.sqrt((k + 1) * gained) > boundary[k]!) return k;
    }
    return boundary.length;
  };

  it('group_sequential: power and expected units', () => {
    const plan = ask(groupSequential, { metric, effect: 0.05, power: 0.8, looks: 6, spending: { family: 'pocock' } });
    let used = 0;
    kept(share((random) => {
      const look = stopping(random, plan.effect / plan.standardError, plan.boundary);
      used += Math.min(look + 1, 6) / 6;
      return look < 6;
    }, 10, 5000), plan.power);
    kept(used / 5000, plan.expectedUnits / plan.units);
  });

  it('confidence_sequence: power and expected units of the inference that is used, on data, at 10 looks', () => {
    const plan = ask(sequentialConfidence, { metric, scale: 'difference', effect: 3, power: 0.8, looks: 10, tuningUnits: 150 });
    let used = 0;
    kept(share((random) => {
      const half = plan.unitsByArm[0]!;
      const control = column(half, () => 10 + 5 * random.normal());
      const treatment = column(half, () => 13 + 5 * random.normal());
      for (let look = 1; look <= 10; look++) {
        const n = Math.round((half * look) / 10);
        const { difference } = compare({ y: control.subarray(0, n) }, { y: treatment.subarray(0, n) });
        if (confidenceSequence.pValue(difference, 0, 'two_sided', { tuningUnits: 150, designAlpha: 0.05 }) <= 0.05) {
          used += look / 10;
          return true;
        }
      }
      used += 1;
      return false;
    }, 11), plan.power);
    kept(used / REPLICATES, plan.expectedUnits / plan.units);
  });

  it.each([
    ['mixture_sprt', sequentialMixture, { mixtureScale: 0.3 }, mixtureSprt, () => ({ scale: 0.3, unit: 'sd' })],
    ['hybrid', sequentialHybrid, { tuningUnits: 80 }, hybrid, (isPlannedEnd: boolean) => ({ tuningUnits: 80, sequentialShare: 0.2, designAlpha: 0.05, isPlannedEnd })],
  ] as const)('%s: power and expected units of the inference that is used, on data, at 10 looks', (_, planner, stated, method, optionsAt) => {
    const plan = ask(planner as unknown as typeof sequentialMixture, { metric, scale: 'difference', effect: 2.5, power: 0.8, looks: 10, ...stated });
    let used = 0;
    kept(share((random) => {
      const half = plan.unitsByArm[0]!;
      const [control, treatment] = [0, 2.5].map((effect) => column(half, () => 10 + effect + 5 * random.normal())) as [Float64Array, Float64Array];
      for (let look = 1; look <= 10; look++) {
        const n = Math.round((half * look) / 10);
        const { difference } = compare({ y: control.subarray(0, n) }, { y: treatment.subarray(0, n) });
        const p = (method as unknown as typeof mixtureSprt).pValue(difference, 0, 'two_sided', optionsAt(look === 10) as never);
        if (p > 0.05) continue;
        used += look / 10;
        return true;
      }
      used += 1;
      return false;
    }, 21), plan.power);
    kept(used / REPLICATES, plan.expectedUnits / plan.units);
  });

  it('group_sequential with futility: power 1 - beta, and the units that are saved when there is no effect', () => {
    const plan = ask(groupSequential, { metric, effect: 0.05, power: 0.8, alternative: 'greater', alpha: 0.025, looks: 4, futility: { beta: 0.2 } });
    const run = (drift: number) => {
      let used = 0;
      const power = share((random) => {
        let score = 0;
        for (let k = 0; k < 4; k++) {
          score += drift / 4 + random.normal() / 2;
          const z = score / Math.sqrt((k + 1) / 4);
          if (z > plan.boundary[k]! || z < plan.futilityBoundary[k]! || k === 3) used += (k + 1) / 4;
          if (z > plan.boundary[k]!) return true;
          if (z < plan.futilityBoundary[k]!) return false;
        }
        return false;
      }, 22, 5000);
      return { power, used: used / 5000 };
    };
    const [planned, none] = [run(plan.effect / plan.standardError), run(0)];
    kept(planned.power, plan.power);
    kept(planned.used, plan.expectedUnits / plan.units);
    kept(none.used, plan.expectedUnitsWithoutEffect / plan.units);
    expect(none.power).toBeLessThan(0.025 + 3 * Math.sqrt(0.025 / 5000));
    expect(none.used).toBeLessThan(planned.used);
  });

  it('fixed_horizon: encouragement with compliance 0.5, read by two-stage least squares, and a factorial interaction', () => {
    const plan = ask(fixedHorizon, { metric, scale: 'difference', effect: 3, power: 0.8, design: { encouragement: { compliance: 0.5 } } });
    kept(share((random) => {
      const arm = (n: number, encouraged: boolean) => {
        const d = column(n, () => (encouraged && random.bernoulli(0.5) ? 1 : 0));
        return { y: d.map((taken) => 10 + 3 * taken + 5 * random.normal()), d };
      };
      const [control, treatment] = [arm(plan.unitsByArm[0]!, false), arm(plan.unitsByArm[1]!, true)];
      const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
      const wald = (mean(treatment.y) - mean(control.y)) / mean(treatment.d);
      const residual = (of: typeof control) => of.y.map((y, i) => y - wald * of.d[i]!);
      const { difference } = compare({ y: residual(control) }, { y: residual(treatment) });
      return rejects({ ...difference, estimate: wald, standardError: difference.standardError / mean(treatment.d) });
    }, 23), plan.power);
    const { units, power } = ask(fixedHorizon, { metric, scale: 'difference', effect: 4, power: 0.8, design: { factorial: { order: 2 } } });
    kept(share((random) => {
      const cell = Math.round(units / 4);
      const sums = [0, 0, 0, 4].map((effect) => momentsOf({ y: column(cell, () => 10 + effect + 5 * random.normal()) }));
      const [a, b, c, d] = sums.map(({ mean }) => mean[0]!) as [number, number, number, number];
      const variance = sums.reduce((sum, { scatter, n }) => sum + scatter[0]![0]! / (n - 1) / n, 0);
      return rejects({ estimate: d - c - b + a, standardError: Math.sqrt(variance), degreesOfFreedom: units - 4, n: units });
    }, 24), power);
  });

  it('bayesian: credible interval of the posterior under a sceptical prior', () => {
    const prior = { mean: 0, standardDeviation: 0.2 };
    const plan = ask(bayesian, { metric, effect: 0.2, power: 0.8, prior });
    kept(share((random) => {
      const { lift } = compare({ y: column(plan.unitsByArm[0]!, () => 10 + 5 * random.normal()) }, { y: column(plan.unitsByArm[1]!, () => 12 + 5 * random.normal()) });
      const precision = 1 / lift.standardError ** 2 + 1 / 0.04;
      return Math.abs(lift.estimate / lift.standardError ** 2) / Math.sqrt(precision) > 1.959964;
    }, 12), plan.power);
  });

  it('risk_aware: the chance to ship is at least the promise with independent and with equal metrics', () => {
    const plan = ask(riskAware, { goals: [{ name: 'g', metric, effect: 0.2 }], guardrails: ['a', 'b', 'c'].map((name) => ({ name, metric, margin: 0.2 })), power: 0.8 });
    // a test of this power rejects when its noise exceeds minus the power's quantile
    const reaches = plan.clauses.map((clause) => quantile(clause.power));
    const ships = (isShared: boolean) => share((random) => {
      const common = random.normal();
      return reaches.every((reach) => (isShared ? common : random.normal()) > -reach);
    }, 13, 5000);
    expect(ships(false)).toBeGreaterThan(plan.power - WITHIN / 2);
    expect(ships(false)).toBeLessThan(plan.power + 0.03);
    expect(ships(true)).toBeGreaterThan(ships(false));
  });

  it('conditional_power and mid_experiment: what happens after the interim look', () => {
    const conditional = share((random) => {
      const score = 1.4 * Math.sqrt(0.5) + 2.5 * 0.5 + Math.sqrt(0.5) * random.normal();
      return Math.abs(score) > 1.959964;
    }, 14, 5000);
    kept(conditional, conditionalPower(1.4, 0.5, 2.5, 1.959964, true));
    const plan = ask(midExperiment, { standardError: 1, units: 200, effect: 1.5, power: 0.8 });
    const standardError = Math.sqrt(200 / (200 + plan.furtherUnits));
    kept(share((random) => Math.abs(1.5 + standardError * random.normal()) > 1.959964 * standardError, 15, 5000), 0.8);
  });
});

/** Normal quantile by bisection of a series-free logistic start: test-side, independent of the code under test. */
function quantile(p: number): number {
  let [low, high] = [-9, 9];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (cdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
function cdf(x: number): number {
  // Simpson on the density from 0
  const steps = 400;
  let sum = 0;
  for (let i = 0; i <= steps; i++) sum += (i === 0 || i === steps ? 1 : i % 2 ? 4 : 2) * Math.exp(-0.5 * ((x * i) / steps) ** 2);
  return 0.5 + (sum * x) / (3 * steps) / Math.sqrt(2 * Math.PI);
}
