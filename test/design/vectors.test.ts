import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { bucketRanges } from '../../src/stats/design/assignment/bucket-ranges.js';
import { chooseVariation } from '../../src/stats/design/assignment/choose-variation.js';
import { growthbookHash } from '../../src/stats/design/assignment/growthbook-hash.js';
import { inNamespace } from '../../src/stats/design/assignment/namespace.js';

interface Vector { id: string; topic: string; inputs: any; expected: any; tolerance: number; rtol?: number }

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
