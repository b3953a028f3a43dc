import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../src/experiment/canonical.js';
import { planDifferences, planHash } from '../../src/experiment/lock.js';
import { planSchema, type Plan } from '../../src/experiment/plan.js';
import { shopPlan } from './fixtures.js';

const edited = (edit: (draft: Plan) => void): Plan => {
  const draft = structuredClone(shopPlan());
  edit(draft);
  return planSchema.parse(draft);
};

describe('canonicalJson', () => {
  it('sorts keys at every depth and leaves out what is undefined', () =>
    expect(canonicalJson({ b: [{ d: 1, c: undefined, a: null }], a: -0 })).toBe('{"a":0,"b":[{"a":null,"d":1}]}'));
  it('refuses numbers that JSON cannot hold', () => expect(() => canonicalJson({ a: [NaN] })).toThrow('canonicalJson cannot hold NaN'));
  it('reads back as what was written', () => fc.assert(fc.property(fc.jsonValue(), (value) => {
    expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
  }), { seed: 1 }));
  it('does not hang on the order in which keys were set', () => fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
    expect(canonicalJson(Object.fromEntries(Object.entries(value).reverse()))).toBe(canonicalJson(value));
  }), { seed: 2 }));
});

describe('planHash', () => {
  const hash = planHash(shopPlan());
  it('is sha256 in lower-case hexadecimal', () => expect(hash).toMatch(/^[0-9a-f]{64}$/));
  it('stays when files move', () => expect(planHash(edited((plan) => {
    if (plan.source.kind === 'files') plan.source.tables['orders']!.path = 's3/orders.parquet';
  }))).toBe(hash));
  it('stays when a later look moves asOf', () => expect(planHash(edited((plan) => { plan.asOf = '2026-04-01T00:00:00Z'; }))).toBe(hash));
  it('stays when another environment variable holds the connection', () => {
    const source = (url: string) => shopPlan({ source: { kind: 'postgres', url } });
    expect(planHash(source('env:A'))).toBe(planHash(source('env:B')));
  });
  it('stays when another name stands for the data source', () => {
    const source = (name: string) => shopPlan({ source: { kind: 'datasource', name } });
    expect(planHash(source('old'))).toBe(planHash(source('new')));
  });
  it.each<[string, (plan: Plan) => void]>([
    ['a window', (plan) => { plan.metrics[0]!.window = '0d..7d'; }],
    ['a margin', (plan) => { plan.decision.guardrails[0]!.margin = 0.06; }],
    ['the level', (plan) => { plan.decision.alpha = 0.1; }],
    ['the seed', (plan) => { plan.seed = 2; }],
    ['the end of exposures', (plan) => { plan.end = '2026-04-01T00:00:00Z'; }],
    ['the timezone of a table', (plan) => { if (plan.source.kind === 'files') plan.source.tables['orders']!.timezone = 'Europe/Berlin'; }],
    ['the order of goals and metrics', (plan) => { plan.metrics.reverse(); }],
  ])('moves with %s', (_, edit) => expect(planHash(edited(edit))).not.toBe(hash));
});

describe('planDifferences', () => {
  const differences = (edit: (plan: Plan) => void) => planDifferences(shopPlan(), edited(edit));

  it('names a changed field by the metric it is in', () =>
    expect(differences((plan) => { plan.metrics[0]!.window = '0d..7d'; })).toEqual([{ path: 'metrics.revenue.window', planned: null, ran: '"0d..7d"' }]));
  it('names a guardrail by its metric', () =>
    expect(differences((plan) => { plan.decision.guardrails[1]!.margin = 0.1; })).toEqual([{ path: 'decision.guardrails.latency.margin', planned: '0.02', ran: '0.1' }]));
  it('tells an inserted metric as one difference', () => {
    const found = differences((plan) => { plan.metrics.unshift({ ...plan.metrics[0]!, name: 'margin' }); });
    expect(found.map((difference) => difference.path)).toEqual(['metrics.margin']);
    expect(found[0]!.planned).toBeNull();
  });
  it('tells a removed guardrail', () =>
    expect(differences((plan) => { plan.decision.guardrails.pop(); })).toEqual([{ path: 'decision.guardrails.latency', planned: '{"margin":0.02,"metric":"latency"}', ran: null }]));
  it('tells another order as one difference', () =>
    expect(differences((plan) => { plan.arms.reverse(); })).toEqual([{ path: 'arms (order)', planned: '["control","treatment"]', ran: '["treatment","control"]' }]));
  it('quotes a name that would blur the path', () => {
    const arms = (weight: number) => [{ name: 'new look. v2', weight, control: true }, { name: 'b', weight: 1 - weight }];
    expect(planDifferences(shopPlan({ arms: arms(0.5) }), shopPlan({ arms: arms(0.25) })).map(({ path }) => path))
      .toEqual(['arms["new look. v2"].weight', 'arms.b.weight']);
  });
  it('tells another kind of inference in full', () => {
    expect(differences((plan) => { plan.inference = { method: 'confidence_sequence', tuningUnits: 5000 }; }).map(({ path }) => path))
      .toEqual(['inference.method', 'inference.tuningUnits']);
  });
  it('is empty if and only if the hashes agree', () => fc.assert(fc.property(
    fc.array(fc.constantFrom<(plan: Plan) => void>(
      (plan) => { plan.metrics.reverse(); }, (plan) => { plan.arms.reverse(); }, (plan) => { plan.asOf = '2026-04-01T00:00:00Z'; },
      (plan) => { plan.seed += 1; }, (plan) => { plan.metrics[0]!.unit = 'USD'; }, (plan) => { plan.exposures.attributes.reverse(); },
      (plan) => { plan.exposures.attributes.push('device'); }, (plan) => { plan.decision.guardrails.reverse(); },
    ), { maxLength: 4 }), (edits) => {
      const ran = edited((plan) => edits.forEach((edit) => edit(plan)));
      expect(planDifferences(shopPlan(), ran).length === 0).toBe(planHash(ran) === planHash(shopPlan()));
    }), { seed: 3 }));
});
