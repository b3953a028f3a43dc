import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { fnv1a32, fnv1a32OfDecimal } from '../../src/stats/design/assignment/fnv1a32.js';
import { growthbookHash } from '../../src/stats/design/assignment/growthbook-hash.js';
import { bucketing } from '../../src/stats/design/assignment/hash-method.js';
import { murmur3 } from '../../src/stats/design/assignment/murmur3.js';
import { chiSquareUpperTail } from '../../src/stats/numeric/incomplete-gamma.js';

const read = (name: string) => JSON.parse(readFileSync(new URL(`./vectors/${name}.json`, import.meta.url), 'utf8'));

describe('hashing', () => {
  it('murmur3 of a text is the reference hash of its UTF-8 bytes, at every alignment of every byte length', () => {
    const { cases } = read('murmur3') as { cases: { text: string; seed: number; hash: number }[] };
    for (const { text, seed, hash } of cases) expect({ text, seed, hash: murmur3(text, seed) }).toEqual({ text, seed, hash });
    expect(cases.length).toBe(78);
  });

  it('murmur3 of any text, lone surrogates included, is that of the text after a trip through UTF-8', () => {
    const overBytes = (text: string): string => new TextDecoder().decode(new TextEncoder().encode(text));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.array(fc.integer({ min: 0, max: 0xffff })), (text, units) => {
      const any = text + String.fromCharCode(...units);
      expect(murmur3(any, 7)).toBe(murmur3(overBytes(any), 7));
    }), { seed: 1, numRuns: 300 });
  });

  it('growthbookHash hashes UTF-16 code units, so that texts beyond ASCII and lone surrogates agree with the specification', () => {
    const { cases } = read('growthbook-hash') as { cases: { seed: string; value: string; version: number; bucket: number }[] };
    for (const c of cases) expect({ ...c, bucket: growthbookHash(c.seed, c.value, c.version) }).toEqual(c);
    expect(cases.length).toBe(72);
  });

  it('fnv1a32 of a concatenation continues from the hash of its first part', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
      expect(fnv1a32(b, fnv1a32(a))).toBe(fnv1a32(a + b));
    }), { seed: 1 });
  });

  it('fnv1a32OfDecimal is the hash of the number written out', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), (n) => {
      expect(fnv1a32OfDecimal(n)).toBe(fnv1a32(String(n)));
    }), { seed: 1, numRuns: 1000, examples: [[0], [9], [10], [99], [100], [999_999_999], [1_000_000_000], [0xffffffff]] });
  });

  it('growthbookHash answers null for versions the specification does not have', () => {
    for (const version of [0, 3, 99, 1.5, NaN]) expect(growthbookHash('abc', 'def', version)).toBeNull();
  });
});

/** With at most 15 p-values a test, a sound hash fails one test in 600; inputs are fixed, so a test passes or fails for ever. */
const FAILS_BELOW = 1e-4;

const chiSquareP = (counts: ArrayLike<number>, expected: number, degreesOfFreedom: number): number => {
  let statistic = 0;
  for (let i = 0; i < counts.length; i++) statistic += (counts[i]! - expected) ** 2 / expected;
  return chiSquareUpperTail(statistic, degreesOfFreedom);
};

const units: Record<string, (i: number) => string> = {
  sequential: (i) => String(i),
  prefixed: (i) => `user-${i}`,
  padded: (i) => `a8f3${String(i).padStart(12, '0')}`,
  hexadecimal: (i) => murmur3(String(i), 99).toString(16) + murmur3(String(i), 98).toString(16),
  cyrillic: (i) => `клиент ${i}`,
};

const N = 10_000;
const identifiers = Object.fromEntries(Object.entries(units).map(([shape, unit]) => [shape, Array.from({ length: N }, (_, i) => unit(i))]));

describe('buckets', () => {
  for (const method of ['murmur3', 'growthbook_v2'] as const) for (const [shape, ids] of Object.entries(identifiers)) {
    it(`${method} spreads ${shape} identifiers evenly over 100 cells, for each of 4 salts`, () => {
      const pValues: number[] = [];
      for (let salt = 0; salt < 4; salt++) {
        const bucket = bucketing(method, `checkout-${salt}`);
        const counts = new Uint32Array(100);
        for (const id of ids) counts[Math.floor(bucket(id) * 100)]!++;
        pValues.push(chiSquareP(counts, N / 100, 99));
      }
      expect(Math.min(...pValues)).toBeGreaterThan(FAILS_BELOW);
    });
  }

  for (const [shape, ids] of Object.entries(identifiers)) {
    it(`murmur3 buckets of ${shape} identifiers under two salts are independent: 10 x 10 cells, 15 pairs of salts`, () => {
      const salts = Array.from({ length: 6 }, (_, i) => bucketing('murmur3', `experiment ${i}`));
      const cells = salts.map((bucket) => Uint8Array.from(ids, (id) => Math.floor(bucket(id) * 10)));
      const pValues: number[] = [];
      for (let a = 0; a < salts.length; a++) for (let b = a + 1; b < salts.length; b++) {
        const counts = new Uint32Array(100);
        for (let i = 0; i < N; i++) counts[cells[a]![i]! * 10 + cells[b]![i]!]!++;
        pValues.push(chiSquareP(counts, N / 100, 99));
      }
      expect(Math.min(...pValues)).toBeGreaterThan(FAILS_BELOW);
    });
  }

  it('growthbook_v1 is uneven over sequential identifiers and correlates experiments; growthbook_v2 was made to mend both', () => {
    const correlated = (method: 'growthbook_v1' | 'growthbook_v2'): number => {
      const [a, b] = [bucketing(method, 'exp-1'), bucketing(method, 'exp-2')];
      const counts = new Uint32Array(100);
      for (let i = 0; i < 20_000; i++) counts[Math.floor(a(`user-${i}`) * 10) * 10 + Math.floor(b(`user-${i}`) * 10)]!++;
      return chiSquareP(counts, 200, 99);
    };
    expect(correlated('growthbook_v1')).toBeLessThan(1e-10);
    expect(correlated('growthbook_v2')).toBeGreaterThan(FAILS_BELOW);
  });
});
