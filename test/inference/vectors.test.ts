import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { betaBinomials, growthbookBayes, inferenceDefects, normalPosteriors } from '../../src/vectors/bayesian.js';
import { boundaries } from '../../src/vectors/boundaries.js';
import type { Adapter, VectorCase } from '../../src/vectors/case.js';
import { spotifyBoundaries, spotifyGroupSequential, spotifyOverrun, tabulatedBoundaries } from '../../src/vectors/group-sequential.js';
import { agrees, leavesOf } from '../../src/vectors/leaves.js';
import { sequences } from '../../src/vectors/sequences.js';
import { growthbookTests } from '../../src/vectors/two-arm-tests.js';

const path = resolve(process.env['ASSAY_SHARED'] ?? '../shared', 'vectors/experimentation.json');
const vectors: VectorCase[] = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).vectors : [];

const groups: readonly { title: string; ids: RegExp; count: number; adapters: readonly Adapter[] }[] = [
  { title: 'uniform boundaries and what is built on them', ids: /^cs-/, count: 19, adapters: [boundaries, sequences] },
  { title: 'group sequential boundaries, tables and tests', ids: /^(gst-|sp-gst-|sp-bounds-)/, count: 13, adapters: [tabulatedBoundaries, spotifyBoundaries, spotifyOverrun, spotifyGroupSequential] },
  { title: 'asymptotic confidence sequences', ids: /^gb-(seq|rho|halfwidth)-/, count: 13, adapters: [growthbookTests, sequences] },
  { title: 'Bayesian effects, risk and chance to win', ids: /^(gb-bayes|gb-risk|gb-ctw|gb-adjci|sp-betabinom)/, count: 11, adapters: [growthbookBayes, normalPosteriors, betaBinomials] },
  { title: 'defects of other engines, answered', ids: /^gb-(absolute-prior|onesided-seq-poststrat)-DEFECT/, count: 2, adapters: [inferenceDefects] },
];

describe('published vectors of inference', () => {
  for (const { title, ids, count, adapters } of groups) {
    // skipped by name where the shared vectors are absent
    (vectors.length ? it : it.skip)(`${title}: ${count} cases (${ids.source})`, async () => {
      const cases = vectors.filter((vector) => ids.test(vector.id));
      const wrong: unknown[] = [];
      for (const vector of cases) {
        let answer: Awaited<ReturnType<Adapter>>;
        for (const adapter of adapters) answer ??= await adapter(vector, '');
        const leaves = answer ? leavesOf(vector, answer) : [];
        const covered = leaves.filter(({ got }) => got !== undefined);
        if (covered.length === 0 || !covered.every(agrees)) wrong.push({ id: vector.id, leaves: covered.filter((leaf) => !agrees(leaf)) });
      }
      expect(wrong).toEqual([]);
      expect(cases.length).toBe(count);
    });
  }
});
