import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Adapter, VectorCase } from '../../src/vectors/case.js';
import { agrees, leavesOf } from '../../src/vectors/leaves.js';
import { growthbookClusteredQuantile, growthbookRatioCuped, growthbookStrata, posthogAdjusted } from '../../src/vectors/stratified.js';

const path = resolve(process.env['ASSAY_SHARED'] ?? '../shared', 'vectors/experimentation.json');
const vectors: VectorCase[] = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).vectors : [];

const groups: readonly { title: string; ids: RegExp; count: number; adapter: Adapter }[] = [
  { title: 'post-stratification', ids: /^gb-poststrat-/, count: 7, adapter: growthbookStrata },
  { title: 'CUPED of a ratio', ids: /^gb-ratio-cuped-/, count: 2, adapter: growthbookRatioCuped },
  { title: 'quantile over clustered events', ids: /^gb-quantile-clustered-/, count: 1, adapter: growthbookClusteredQuantile },
  { title: 'adjusted arms', ids: /^ph-cuped-(theta0|3arm)$/, count: 2, adapter: posthogAdjusted },
];

describe('published vectors of designs', () => {
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
});
