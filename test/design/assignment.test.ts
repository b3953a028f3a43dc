import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assign, prepareAssignment } from '../../src/stats/design/assignment/assign.js';
import { assignedSchema, assignmentSchema, type AssignmentConfigInput } from '../../src/stats/design/assignment/assignment-config.js';
import { hashMethods } from '../../src/stats/design/assignment/hash-method.js';
import { freeRanges, layerOverlaps } from '../../src/stats/design/assignment/mutual-exclusion.js';

const halves = [{ key: 'control', weight: 0.5 }, { key: 'treatment', weight: 0.5 }];
const prepare = (config: Partial<AssignmentConfigInput>) => prepareAssignment(assignmentSchema.parse({ key: 'checkout', variations: halves, ...config }));
const ids = Array.from({ length: 2000 }, (_, i) => `user-${i}`);
const method = fc.constantFrom(...hashMethods);
const weights = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 6 })
  .map((parts) => parts.map((part, i) => ({ key: `v${i}`, weight: part / parts.reduce((a, b) => a + b, 0) })));

describe('assign', () => {
  it('puts about the planned share of units into each variation, whatever the weights and coverage', () => {
    const experiment = prepare({ coverage: 0.6, variations: [{ key: 'a', weight: 0.7 }, { key: 'b', weight: 0.2 }, { key: 'c', weight: 0.1 }] });
    const n = 20_000;
    const counts = new Map<string | null, number>();
    for (let i = 0; i < n; i++) {
      const { variation } = assign(experiment, { id: `u${i}` });
      counts.set(variation, (counts.get(variation) ?? 0) + 1);
    }
    for (const [key, share] of [['a', 0.42], ['b', 0.12], ['c', 0.06], [null, 0.4]] as const) {
      expect(Math.abs(counts.get(key)! / n - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / n));
    }
  });

  it('raising coverage never moves or drops a unit that is assigned', () => {
    fc.assert(fc.property(method, weights, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (hash, variations, x, y) => {
      const before = prepare({ hash, variations, coverage: Math.min(x, y) });
      const after = prepare({ hash, variations, coverage: Math.max(x, y) });
      for (const id of ids.slice(0, 200)) {
        const { variation } = assign(before, { id });
        if (variation !== null) expect(assign(after, { id }).variation).toBe(variation);
      }
    }), { seed: 3, numRuns: 60 });
  });

  it('is a function of experiment and unit: order of units, other units and other calls change nothing', () => {
    fc.assert(fc.property(method, fc.shuffledSubarray(ids.slice(0, 300), { minLength: 50 }), (hash, order) => {
      const whole = new Map(ids.slice(0, 300).map((id) => [id, assign(prepare({ hash }), { id })]));
      const experiment = prepare({ hash });
      for (const id of order) expect(assign(experiment, { id })).toEqual(whole.get(id));
    }), { seed: 4, numRuns: 20 });
  });

  it('full coverage assigns every unit, also where people round weights to 0.333; GrowthBook leaves the remainder out', () => {
    const variations = ['a', 'b', 'c'].map((key) => ({ key, weight: 0.333 }));
    const unassigned = (hash: 'murmur3' | 'growthbook_v2') => {
      const experiment = prepare({ variations, hash });
      return Array.from({ length: 20_000 }, (_, i) => assign(experiment, { id: `user-${i}` })).filter((answer) => answer.variation === null).length;
    };
    expect(unassigned('murmur3')).toBe(0);
    expect(unassigned('growthbook_v2')).toBeGreaterThan(0);
  });

  it('a forced unit gets its variation outside coverage and namespace; an inactive experiment assigns not even that', () => {
    const forced = [{ unit: 'qa-1', variation: 'treatment' }];
    const namespace = { name: 'layer', ranges: [{ from: 0, to: 0 }] };
    expect(assign(prepare({ coverage: 0, namespace, forced }), { id: 'qa-1' })).toMatchObject({ variation: 'treatment', index: 1, reason: 'forced', bucket: null });
    expect(assign(prepare({ forced, active: false }), { id: 'qa-1' })).toMatchObject({ variation: null, reason: 'inactive' });
  });

  it('a stored assignment of the current version holds when coverage and namespace close, and when weights move', () => {
    const closed = prepare({ coverage: 0, namespace: { name: 'layer', ranges: [{ from: 0, to: 0 }] } });
    expect(assign(closed, { id: 'u', stored: { variation: 'treatment', bucketVersion: 0 } })).toMatchObject({ variation: 'treatment', reason: 'sticky' });
    expect(assign(closed, { id: 'u' })).toMatchObject({ variation: null, reason: 'outside_namespace' });
  });

  it('a stored assignment below the minimum version blocks the unit; of another version or a variation that is gone it is ignored', () => {
    const experiment = prepare({ bucketVersion: 3, minimumBucketVersion: 2 });
    const fresh = assign(experiment, { id: 'u7' });
    expect(fresh.reason).toBe('bucket');
    expect(assign(experiment, { id: 'u7', stored: { variation: 'control', bucketVersion: 1 } })).toMatchObject({ variation: null, reason: 'blocked_version' });
    expect(assign(experiment, { id: 'u7', stored: { variation: 'control', bucketVersion: 2 } })).toEqual(fresh);
    expect(assign(experiment, { id: 'u7', stored: { variation: 'gone', bucketVersion: 3 } })).toEqual(fresh);
    expect(fresh.bucketVersion).toBe(3);
  });

  it('the fallback identifier is hashed only when the identifier is unknown; with neither nobody is assigned', () => {
    const experiment = prepare({});
    const device = assign(experiment, { id: 'device-9' });
    expect(assign(experiment, { id: '', fallbackId: 'device-9' })).toEqual({ ...device, usedFallback: true });
    expect(assign(experiment, { id: 'device-9', fallbackId: 'other' })).toEqual(device);
    expect(assign(experiment, { id: '', fallbackId: '' })).toMatchObject({ unit: null, variation: null, reason: 'no_identifier' });
  });

  it('the default salt is the key, and a new salt re-randomises', () => {
    const [a, b, c] = [prepare({}), prepare({ salt: 'checkout' }), prepare({ salt: 'again' })];
    expect(ids.every((id) => assign(a, { id }).variation === assign(b, { id }).variation)).toBe(true);
    const moved = ids.filter((id) => assign(a, { id }).variation !== assign(c, { id }).variation).length;
    expect(Math.abs(moved / ids.length - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / ids.length));
  });

  it('experiments with disjoint parts of a layer share no unit, cover the layer together, and stay independent of it', () => {
    for (const hash of hashMethods) {
      const a = prepare({ key: 'a', hash, namespace: { name: 'pricing', ranges: [{ from: 0, to: 0.3 }, { from: 0.8, to: 1 }] } });
      const b = prepare({ key: 'b', hash, namespace: { name: 'pricing', ranges: [{ from: 0.3, to: 0.8 }] } });
      let treated = 0;
      let inA = 0;
      for (const id of ids) {
        const [x, y] = [assign(a, { id }), assign(b, { id })];
        expect([x.variation === null, y.variation === null].filter(Boolean)).toHaveLength(1);
        if (x.variation !== null) { inA++; if (x.index === 1) treated++; }
      }
      expect(Math.abs(inA / ids.length - 0.5)).toBeLessThan(0.06);
      expect(Math.abs(treated / inA - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / inA));
    }
  });

  it('every answer satisfies the schema that GraphQL and OFREP derive from', () => {
    fc.assert(fc.property(method, weights, fc.string(), fc.double({ min: 0, max: 1, noNaN: true }), (hash, variations, id, coverage) => {
      expect(() => assignedSchema.parse(assign(prepare({ hash, variations, coverage }), { id }))).not.toThrow();
    }), { seed: 5, numRuns: 100 });
  });
});

describe('assignment configuration', () => {
  const issues = (config: object): string[] => {
    const parsed = assignmentSchema.safeParse({ key: 'checkout', variations: halves, ...config });
    return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  };

  it('refuses, by field: weights that do not sum to one, keys twice, unknown forced variations, ranges of another length, versions upside down', () => {
    expect(issues({ variations: [{ key: 'a', weight: 0.5 }, { key: 'b', weight: 0.4 }] })).toEqual(['variations: weights of the variations must sum to 1; they sum to 0.9']);
    expect(issues({ variations: [{ key: 'a', weight: 0.5 }, { key: 'a', weight: 0.5 }] })).toEqual(['variations.1.key: a appears twice in variations']);
    expect(issues({ forced: [{ unit: 'u', variation: 'c' }] })).toEqual(['forced.0.variation: c is not a variation (control, treatment)']);
    expect(issues({ ranges: [{ from: 0, to: 1 }] })).toEqual(['ranges: ranges must have one entry for each of the 2 variations; got 1']);
    expect(issues({ minimumBucketVersion: 1 })).toEqual(['minimumBucketVersion: must not exceed bucketVersion 0; got 1']);
    expect(issues({ ranges: [{ from: 0.5, to: 0.2 }, { from: 0.5, to: 1 }] })).toEqual(['ranges.0.to: must not end before it begins']);
  });
});

describe('layers', () => {
  const claim = (experiment: string, from: number, to: number, hash: 'murmur3' | 'growthbook_v2' = 'murmur3') => ({ experiment, hash, layer: 'pricing', ranges: [{ from, to }] });

  it('layerOverlaps names each pair that can meet, with the share; touching ranges do not', () => {
    expect(layerOverlaps([claim('a', 0, 0.5), claim('b', 0.5, 1)])).toEqual([]);
    expect(layerOverlaps([claim('a', 0, 0.5), claim('b', 0.25, 1), { ...claim('c', 0, 1), layer: 'other' }]))
      .toEqual([{ experiments: ['a', 'b'], layer: 'pricing', share: 0.25 }]);
  });

  it('disjoint ranges under different hash families still overlap, in the product of their shares', () => {
    expect(layerOverlaps([claim('a', 0, 0.5), claim('b', 0.5, 1, 'growthbook_v2')])).toEqual([{ experiments: ['a', 'b'], layer: 'pricing', share: 0.25 }]);
    const [a, b] = (['murmur3', 'growthbook_v2'] as const).map((hash, i) => prepare({ key: `${i}`, hash, namespace: { name: 'pricing', ranges: [{ from: i / 2, to: (i + 1) / 2 }] } }));
    const both = ids.filter((id) => assign(a!, { id }).variation !== null && assign(b!, { id }).variation !== null).length;
    expect(Math.abs(both / ids.length - 0.25)).toBeLessThan(0.04);
  });

  it('freeRanges is what nobody holds', () => {
    expect(freeRanges([])).toEqual([{ from: 0, to: 1 }]);
    expect(freeRanges([claim('a', 0.25, 0.5), claim('b', 0.4, 0.75)])).toEqual([{ from: 0, to: 0.25 }, { from: 0.75, to: 1 }]);
    expect(freeRanges([claim('a', 0, 1)])).toEqual([]);
  });
});
