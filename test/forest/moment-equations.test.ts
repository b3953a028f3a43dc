import { describe, expect, it } from '@jest/globals';
import { lineariseEffect } from '../../src/stats/forest/effect-equation.js';
import { effectsEquation, instrumentedEquation, meanEquation, meansEquation, ratioEquation, type MomentEquation } from '../../src/stats/forest/moment-equations.js';
import { valuesOfRow, type LabelColumns } from '../../src/stats/forest/leaf-values.js';
import type { ForestKind } from '../../src/stats/forest/forest-kinds.js';
import { stream } from '../../src/stats/numeric/random.js';

const N = 200;
const random = stream(8);
const column = () => Float32Array.from({ length: N }, () => random.normal());
const columns: LabelColumns = {
  treatment: column(), outcome: column(), weight: Float32Array.from({ length: N }, () => random.exponential()), further: [column(), column(), column(), column()], treatments: 2,
};
const causal: MomentEquation = (...sums) => {
  const effect = lineariseEffect(...sums);
  return effect && [effect];
};

/** Sums of the values of all rows, as one leaf of one tree has them. */
function sumsOf(kind: ForestKind, given: LabelColumns): Float64Array {
  const first = valuesOfRow(kind, given, 0);
  const sums = new Float64Array(first.length + (first.length % 2));
  for (let row = 0; row < N; row++) valuesOfRow(kind, given, row).forEach((value, k) => { sums[k]! += value / N; });
  return sums;
}

const cases: readonly (readonly [string, ForestKind, MomentEquation, LabelColumns])[] = [
  ['mean', 'regression', meanEquation, columns],
  ['effect', 'causal', causal, columns],
  ['instrumented effect', 'instrumental', instrumentedEquation, columns],
  ['ratio', 'causal_survival', ratioEquation, { ...columns, further: [columns.weight] }],
  ['several means', 'multi_regression', meansEquation(4), { ...columns, treatments: 0 }],
  ['several effects', 'multi_causal', effectsEquation(2, 2), columns],
];

describe('moment equations', () => {
  /** Of a central difference with this step: the second derivative, and rounding over the step. */
  const STEP = 1e-6;
  const DIFFERENCE = 1e-6;

  it.each(cases)('the influence of a tree is the derivative of the estimate: %s', (_, kind, equation, given) => {
    const sums = sumsOf(kind, given);
    const solved = equation(sums, 0, sums.length, 1)!;
    solved.forEach(({ coefficients, constant }, output) => {
      const atSums = coefficients.reduce((sum, c, k) => sum + c * sums[k]!, constant);
      expect(Math.abs(atSums)).toBeLessThan(1e-12 * coefficients.reduce((sum, c) => sum + Math.abs(c), 1));
      coefficients.forEach((coefficient, k) => {
        const moved = (by: number) => equation(sums.with(k, sums[k]! + by), 0, sums.length, 1)![output]!.estimate;
        expect(Math.abs((moved(STEP) - moved(-STEP)) / (2 * STEP) - coefficient)).toBeLessThan(DIFFERENCE * (1 + Math.abs(coefficient)));
      });
    });
  });

  it('several effects of one treatment are the effect of one, and of an instrument that is the treatment', () => {
    const one = { ...columns, further: [columns.treatment, columns.outcome], treatments: 1 };
    const single = causal(sumsOf('causal', columns), 0, 6, 1)![0]!.estimate;
    const [effect] = effectsEquation(1, 1)(sumsOf('multi_causal', one), 0, 6, 1)!;
    expect(effect!.estimate).toBeCloseTo(single, 12);
    const [own] = instrumentedEquation(sumsOf('instrumental', one), 0, 8, 1)!;
    expect(own!.estimate).toBeCloseTo(single, 12);
  });

  it('says null when treatments are collinear, an instrument does not move the treatment, or nobody weighs', () => {
    const twice = { ...columns, further: [columns.further[0]!, columns.further[0]!, columns.further[2]!], treatments: 2 };
    expect(effectsEquation(2, 1)(sumsOf('multi_causal', twice), 0, 10, 1)).toBeNull();
    expect(instrumentedEquation(sumsOf('instrumental', { ...columns, further: [new Float32Array(N)] }), 0, 8, 1)).toBeNull();
    expect(meanEquation(new Float64Array(2), 0, 2, 1)).toBeNull();
    expect(ratioEquation(new Float64Array(2), 0, 2, 1)).toBeNull();
  });
});
