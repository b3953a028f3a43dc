import { describe, expect, it } from '@jest/globals';
import { effectAgreement } from '../../src/stats/cate/effect-agreement.js';

describe('effectAgreement', () => {
  it('is that of a small table by hand', () => {
    const found = effectAgreement(Float64Array.of(1, 2, 3, -2), Float64Array.of(2, 2, 4, 2));
    // differences -1, 0, -1, -4; deviations 0, 1, 2, -3 and -0.5, -0.5, 1.5, -0.5
    expect(found.meanDifference).toBe(-1.5);
    expect(found.rootMeanSquareDifference).toBeCloseTo(Math.sqrt(18 / 4), 14);
    expect(found.correlation).toBeCloseTo(4 / Math.sqrt(14 * 3), 14);
    expect(found.oppositeSigns).toBe(0.25);
  });

  it('has no correlation with what is constant, and is 1 with a rescaled copy', () => {
    const effects = Float64Array.of(0.1, 0.7, -0.3);
    expect(effectAgreement(effects, Float64Array.of(2, 2, 2)).correlation).toBeNull();
    expect(effectAgreement(effects, effects.map((value) => 3 * value - 7)).correlation).toBeCloseTo(1, 14);
  });
});
