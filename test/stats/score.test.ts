import { describe, expect, it } from '@jest/globals';
import type { Effect, Shares } from '../../src/stats/effects/effect.js';
import { proportionContrast } from '../../src/stats/effects/proportions.js';
import { fixed } from '../../src/stats/inference/fixed.js';
import { alternatives } from '../../src/stats/inference/inference.js';
import { scoreSet, scoreStatistic } from '../../src/stats/inference/score.js';
import { isRefusal } from '../../src/stats/refusal.js';
import { stream } from '../../src/stats/numeric/random.js';

const armOf = (successes: number, n: number) => ({ n, columns: ['y'], mean: [successes / n], scatter: [[(successes * (n - successes)) / n]] });
function effectsOf(xc: number, nc: number, xt: number, nt: number): Effect[] {
  const contrast = proportionContrast(armOf(xc, nc), armOf(xt, nt));
  return isRefusal(contrast) ? [] : [contrast.difference, contrast.lift].flatMap((effect) => (isRefusal(effect) ? [] : [effect]));
}

/** Restricted likelihood by ternary search: concave in the control's share. */
function bruteStatistic({ control, treatment }: Shares, isLift: boolean, value: number): number {
  const other = (c: number) => (isLift ? (1 + value) * c : c + value);
  const term = (x: number, p: number) => (x === 0 ? 0 : x * Math.log(p));
  const logLikelihood = (c: number) => [[control, c], [treatment, other(c)]].reduce((sum, [arm, p]) => {
    const { share, n } = arm as Shares['control'];
    return sum + term(share * n, p as number) + term((1 - share) * n, 1 - (p as number));
  }, 0);
  let [low, high] = isLift ? [0, Math.min(1, 1 / (1 + value))] : [Math.max(0, -value), Math.min(1, 1 - value)];
  for (let k = 0; k < 200; k++) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if (logLikelihood(a) < logLikelihood(b)) low = a;
    else high = b;
  }
  const c = (low + high) / 2;
  const t = other(c);
  const scale = isLift ? 1 + value : 1;
  return (treatment.share - (isLift ? scale * control.share : control.share + value)) / Math.sqrt((t * (1 - t)) / treatment.n + (scale * scale * c * (1 - c)) / control.n);
}

/** The maximum of a flat function is found to half the digits of a double; the statistic does not see more. */
const BRUTE = 1e-6;
/** The angles of the cubic lose digits where a share comes near a bound; elsewhere fifteen are kept. */
const NINE_DIGITS = 1e-9;
const TABLES: readonly (readonly [number, number, number, number])[] = [[3, 40, 9, 50], [0, 30, 5, 31], [12, 12, 9, 14], [500, 10_000, 560, 10_100], [1, 90, 1, 1000], [40, 50, 44, 51]];

describe('score test of two shares', () => {
  it.each(TABLES)('is the statistic of the restricted likelihood: %i of %i and %i of %i', (...table) => {
    for (const effect of effectsOf(...table)) {
      const isLift = effect.quotient !== undefined;
      for (const value of isLift ? [-0.5, -0.1, 0.05, 0.9] : [-0.3, -0.01, 0.02, 0.4]) {
        expect(scoreStatistic(effect, effect.shares!, value)).toBeCloseTo(bruteStatistic(effect.shares!, isLift, value), -Math.log10(BRUTE) - 1);
      }
    }
  });

  it('excludes a value from the interval exactly when the p-value of that value rejects, for difference and lift, at every level', () => {
    const rng = stream(7);
    let rejections = 0;
    let compared = 0;
    for (let k = 0; k < 300; k++) {
      const [nc, nt] = [5 + rng.integer(400), 5 + rng.integer(400)];
      for (const effect of effectsOf(rng.integer(nc + 1), nc, rng.integer(nt + 1), nt)) {
        for (const alternative of alternatives) for (const alpha of [0.3, 0.05, 1e-4]) for (const value of [0, -0.05, 0.2]) {
          const { lower, upper } = fixed.interval(effect, alpha, alternative, {});
          const p = fixed.pValue(effect, value, alternative, {});
          if (Math.abs(p / alpha - 1) < 1e-9) continue;
          compared++;
          if (p < alpha) rejections++;
          expect({ effect, alternative, alpha, value, lower, upper, p, isExcluded: (lower !== null && value < lower) || (upper !== null && value > upper) }).toMatchObject({ isExcluded: p < alpha });
        }
      }
    }
    expect(rejections).toBeGreaterThan(compared / 10);
    expect(compared - rejections).toBeGreaterThan(compared / 10);
  });

  it('ends where the statistic is at the critical value, to nine digits of it', () => {
    const rng = stream(11);
    for (let k = 0; k < 2000; k++) {
      const [nc, nt] = [5 + rng.integer(5000), 5 + rng.integer(5000)];
      for (const effect of effectsOf(1 + rng.integer(nc - 1), nc, 1 + rng.integer(nt - 1), nt)) {
        const { lower, upper } = scoreSet(effect, effect.shares!, 1.96, 'two_sided');
        for (const [end, critical] of [[lower, 1.96], [upper, -1.96]] as const) expect(Math.abs(scoreStatistic(effect, effect.shares!, end!) / critical - 1)).toBeLessThan(NINE_DIGITS);
      }
    }
  });

  it('swapping arms turns the difference round, and one over the ratio of shares', () => {
    const [difference, lift] = effectsOf(30, 200, 50, 210) as [Effect, Effect];
    const [swapped, inverse] = effectsOf(50, 210, 30, 200) as [Effect, Effect];
    const [a, b] = [fixed.interval(difference, 0.05, 'two_sided', {}), fixed.interval(swapped, 0.05, 'two_sided', {})];
    expect(b.lower).toBeCloseTo(-a.upper!, 12);
    const [c, d] = [fixed.interval(lift, 0.05, 'two_sided', {}), fixed.interval(inverse, 0.05, 'two_sided', {})];
    expect(1 + d.lower!).toBeCloseTo(1 / (1 + c.upper!), 11);
    expect(fixed.pValue(lift, 0, 'two_sided', {})).toBe(fixed.pValue(difference, 0, 'two_sided', {}));
  });
});
