import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { growthbookAssignment } from '../../src/vectors/assignment.js';
import { inferenceDefects } from '../../src/vectors/bayesian.js';
import type { Adapter, VectorCase } from '../../src/vectors/case.js';
import { sampleRatios } from '../../src/vectors/counts-and-families.js';
import { agrees, leavesOf } from '../../src/vectors/leaves.js';
import { growthbookMidExperiment, growthbookPower, spotifyPoweredEffect, spotifySampleSize } from '../../src/vectors/planning.js';
import { posthogCuped } from '../../src/vectors/posthog-cuped.js';

const path = resolve(process.env['ASSAY_SHARED'] ?? '../shared', 'vectors/experimentation.json');
const vectors: VectorCase[] = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).vectors : [];

const groups: readonly { title: string; ids: RegExp; count: number; adapter: Adapter }[] = [
  { title: 'hash, ranges, choice and namespaces', ids: /^gb-(hash|bucket|choose|ns)-/, count: 40, adapter: growthbookAssignment },
  { title: 'power and smallest effects, once and by week', ids: /^gb-(power|mde)-/, count: 6, adapter: growthbookPower },
  { title: 'further units of a running experiment', ids: /^gb-midpower-/, count: 3, adapter: growthbookMidExperiment },
  { title: 'sample sizes', ids: /^sp-ss-/, count: 5, adapter: spotifySampleSize },
  { title: 'powered effect and required units', ids: /^sp-powered-/, count: 1, adapter: spotifyPoweredEffect },
  { title: 'adjusted lift, which two engines dispute', ids: /^ph-cuped-(mean|rel|rel-bayes)$/, count: 3, adapter: posthogCuped },
  { title: 'defect: degrees of freedom of a sample ratio', ids: /^gb-srm-zero-weight-DEFECT$/, count: 1, adapter: sampleRatios },
  { title: 'defects: prior in units of the metric, p-value against its bound', ids: /^gb-(absolute-prior|onesided-seq-poststrat)-DEFECT$/, count: 2, adapter: inferenceDefects },
];

describe('published vectors of assignment and planning, and the answered defects', () => {
  for (const { title, ids, count, adapter } of groups) {
    // skipped by name where the shared vectors are absent
    (vectors.length ? it : it.skip)(`${title}: ${count} cases (${ids.source}), every number`, async () => {
      const cases = vectors.filter((vector) => ids.test(vector.id));
      const wrong: unknown[] = [];
      for (const vector of cases) {
        const answer = await adapter(vector, '');
        const leaves = answer ? leavesOf(vector, answer) : [];
        if (leaves.length === 0 || !leaves.every(agrees)) wrong.push({ id: vector.id, leaves: leaves.filter((leaf) => !agrees(leaf)) });
      }
      expect(wrong).toEqual([]);
      expect(cases.length).toBe(count);
    });
  }

  (vectors.length ? it : it.skip)('sample sizes are within a few units of the independent program, closer than the published tolerance', async () => {
    for (const vector of vectors.filter(({ id }) => id.startsWith('sp-ss-'))) {
      const { n_total: units } = (await spotifySampleSize(vector, ''))!.values as { n_total: number };
      expect(Math.abs(units / (vector.expected as { n_total: number }).n_total - 1)).toBeLessThan(5e-5);
    }
  });
});
