import { describe, expect, it } from '@jest/globals';
import { philox } from '../../src/stats/numeric/philox.js';
import { type RandomStream, stream } from '../../src/stats/numeric/random.js';

const DRAWS = 200_000;
/** Five standard errors: a right generator fails one title in a million. */
const SLACK = 5;

function sampleMoments(draw: (random: RandomStream) => number): { mean: number; variance: number } {
  const random = stream(11, 5);
  const values = Float64Array.from({ length: DRAWS }, () => draw(random));
  const mean = values.reduce((a, b) => a + b, 0) / DRAWS;
  return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / (DRAWS - 1) };
}

describe('philox', () => {
  it.each([
    ['zeros', [0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ones', [~0, ~0, ~0, ~0], [~0, ~0], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['pi', [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('gives the known answer of Random123 for %s', (_, counter, key, expected) => {
    const out = new Uint32Array(4);
    philox(Uint32Array.from(counter), key[0]!, key[1]!, out);
    expect([...out].map((word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(expected);
  });
});

describe('stream', () => {
  it('repeats itself for the same seed and path', () => {
    const first = stream(7, 1, 2).fillNormal(new Float64Array(100));
    expect(stream(7).split(1).split(2).fillNormal(new Float64Array(100))).toEqual(first);
  });

  it('does not let draws change its splits, nor splits its draws', () => {
    const random = stream(3);
    const untouched = stream(3);
    random.split(9);
    expect(random.uniform()).toBe(untouched.uniform());
    random.fillUniform(new Float64Array(7));
    expect(random.split(4).uniform()).toBe(untouched.split(4).uniform());
  });

  it('gives different streams for neighbouring seeds, indices and depths', () => {
    const firsts = [stream(1), stream(2), stream(1, 0), stream(1, 1), stream(1, 0, 0), stream(2 ** 32 + 1)].map((s) => s.uniform());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it('keeps neighbouring streams uncorrelated', () => {
    const a = stream(5, 0).fillNormal(new Float64Array(DRAWS));
    const b = stream(5, 1).fillNormal(new Float64Array(DRAWS));
    expect(Math.abs(a.reduce((sum, value, i) => sum + value * b[i]!, 0) / DRAWS)).toBeLessThan(SLACK / Math.sqrt(DRAWS));
  });

  it('refuses a seed that is not a whole number', () => {
    expect(() => stream(1.5)).toThrow('stream needs a whole seed in [0, 2^53); got 1.5');
    expect(() => stream(1, -1)).toThrow('whole index');
  });

  it.each<[string, (r: RandomStream) => number, number, number, number]>([
    // title, draw, mean, variance, fourth central moment over squared variance
    ['uniform', (r) => r.uniform(), 1 / 2, 1 / 12, 1.8],
    ['normal', (r) => r.normal(), 0, 1, 3],
    ['exponential', (r) => r.exponential(2), 1 / 2, 1 / 4, 9],
    ['poisson of small mean', (r) => r.poisson(0.7), 0.7, 0.7, 3 + 1 / 0.7],
    ['poisson of large mean', (r) => r.poisson(55.5), 55.5, 55.5, 3 + 1 / 55.5],
    ['poisson just above the switch', (r) => r.poisson(10), 10, 10, 3.1],
    ['gamma of shape 0.3', (r) => r.gamma(0.3, 2), 0.6, 1.2, 3 + 6 / 0.3],
    ['gamma of shape 4', (r) => r.gamma(4), 4, 4, 4.5],
    ['beta', (r) => r.beta(2, 3), 0.4, 0.04, 2.36],
    ['beta of small shapes', (r) => r.beta(0.05, 0.05), 0.5, 0.25 / 1.1, 1.1],
    ['choice', (r) => r.choice([1, 0, 3]), 1.5, 0.75, 7 / 3],
    ['integer', (r) => r.integer(6), 2.5, 35 / 12, 1.73],
    ['bernoulli', (r) => Number(r.bernoulli(0.2)), 0.2, 0.16, 3.25],
  ])('%s has its mean and variance', (_, draw, mean, variance, kurtosis) => {
    const seen = sampleMoments(draw);
    expect(Math.abs(seen.mean - mean)).toBeLessThan(SLACK * Math.sqrt(variance / DRAWS));
    expect(Math.abs(seen.variance - variance)).toBeLessThan(SLACK * variance * Math.sqrt((kurtosis - 1) / DRAWS));
  });

  it('normal reaches its tails as often as it should', () => {
    const random = stream(8);
    let beyond = 0;
    for (let i = 0; i < 1_000_000; i++) if (Math.abs(random.normal()) > 3.5) beyond++;
    const expected = 1_000_000 * 4.652581580710802e-4;
    expect(Math.abs(beyond - expected)).toBeLessThan(SLACK * Math.sqrt(expected));
  });

  it('shuffle makes every order equally likely', () => {
    const random = stream(2);
    const counts = new Map<string, number>();
    for (let i = 0; i < 60_000; i++) {
      const items = ['a', 'b', 'c'];
      random.shuffle(items);
      counts.set(items.join(''), (counts.get(items.join('')) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(SLACK * Math.sqrt(10_000 * (5 / 6)));
  });
});
