import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { analyze } from '../../src/analyze.js';
import { sharedForestEngine } from '../../src/compute/shared-forest-engine.js';
import { sharedPolicyEngine } from '../../src/compute/shared-policy-engine.js';
import { analysisSchema, type Analysis, type EffectForest } from '../../src/experiment/analysis.js';
import { canonicalJson } from '../../src/experiment/canonical.js';
import { effectForest } from '../../src/experiment/heterogeneity/effect-forest.js';
import { planSchema, type Plan, type PlanInput } from '../../src/experiment/plan.js';
import { htmlReport } from '../../src/report/html.js';
import { markdownReport } from '../../src/report/markdown.js';
import { reportModel } from '../../src/report/model.js';
import { textReport } from '../../src/report/text.js';
import { isRefusal } from '../../src/stats/refusal.js';
import type { ForestEngine } from '../../src/stats/forest/forest-engine.js';
import { stream } from '../../src/stats/numeric/random.js';
import { verifyAnalysis } from '../../src/verify.js';
import { openWarehouse } from '../../src/warehouse/open.js';
import { newFolder, planOver } from '../warehouse/small-plan.js';

const UNITS = 3000;
const CUT = 35;
const folder = newFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Spending with standard deviation 1 that rises by 1 up to the age of 35 and falls by 0.5 above, or by 0.4 for everybody; some ages are missing. */
beforeAll(() => {
  const rows: Record<'exposures' | 'planted' | 'nothing', string[]> = { exposures: ['unit,arm,ts,country,age,leak,empty'], planted: ['unit,ts,revenue'], nothing: ['unit,ts,revenue'] };
  for (let i = 0; i < UNITS; i++) {
    const random = stream(11, i);
    const [arm, country, age] = [random.integer(2), ['DE', 'FR', 'IT'][random.integer(3)]!, 18 + random.integer(50)];
    const past = random.normal();
    const noise = 5 + 0.6 * past + 0.8 * random.normal();
    rows.exposures.push(`u${i},${arm === 1 ? 'b' : 'a'},2026-03-10T00:00:00Z,${country},${i % 300 === 0 ? '' : age},${i % 4 === 0 ? arm : 2},`);
    for (const [name, gain] of [['planted', age <= CUT ? 1 : -0.5], ['nothing', 0.4]] as const) {
      rows[name].push(`u${i},2026-03-01T01:00:00Z,${past}`, `u${i},2026-03-10T01:00:00Z,${noise + (arm === 1 ? gain : 0)}`);
    }
  }
  for (const [name, lines] of Object.entries(rows)) writeFileSync(path.join(folder, `${name}.csv`), `${lines.join('\n')}\n`);
});

type Forest = NonNullable<NonNullable<PlanInput['heterogeneity']>['forest']>;

const inputFor = (orders: string, forest: Forest = {}, changes: Partial<PlanInput> = {}): PlanInput => ({
  ...planOver({ exposures: path.join(folder, 'exposures.csv'), orders: path.join(folder, `${orders}.csv`) }),
  exposures: { unit: 'unit', arm: 'arm', time: 'ts', attributes: ['country', 'age', 'leak', 'empty'] },
  metrics: [{ name: 'revenue', kind: 'mean', fact: 'orders', value: 'revenue', covariate: { pre: '14d' } }],
  heterogeneity: { segments: [], forest: { covariates: ['country', 'age'], trees: 200, ...forest } },
  ...changes,
});

async function analysed(input: PlanInput): Promise<Analysis> {
  const plan: Plan = planSchema.parse(input);
  const warehouse = await openWarehouse(plan.source, { threads: 1 });
  try { return await analyze(plan, warehouse); } finally { await warehouse.close(); }
}
function estimated({ forest }: Analysis): Extract<EffectForest['answer'], { status: 'estimated' }> {
  if (!forest || isRefusal(forest.answer)) throw new Error(`expected an answer, got ${JSON.stringify(forest)}`);
  return forest.answer;
}

describe('causal forest of an experiment, from raw tables', () => {
  it('finds the attribute that effects depend on, cuts where they change, and values the rule by units that had no say in it', async () => {
    const analysis = await analysed(inputFor('planted'));
    const { rate, tree, covariates, learned, judged, valued } = estimated(analysis);
    expect(learned + judged + valued).toBe(UNITS);
    expect(rate.pValue).toBeLessThan(1e-6);
    expect(covariates.map(({ name }) => name)).toEqual(['age', 'revenue before', 'country']);
    expect(covariates[0]!.most!).toBeLessThan(CUT);
    expect(covariates[0]!.least!).toBeGreaterThan(CUT);
    const [root, yes, no] = tree!.nodes;
    expect(tree!.nodes).toHaveLength(3);
    expect([root!.feature, root!.threshold, yes!.isTreated, no!.isTreated]).toEqual(['age', CUT, true, false]);
    // 18 of 50 ages gain 1, the others lose 0.5
    const share = (CUT - 17) / 50;
    for (const [gain, truth] of [[tree!.overNone!, share], [tree!.overAll!, 0.5 * (1 - share)], [tree!.allOverNone, share - 0.5 * (1 - share)]] as const) {
      expect(Math.abs(gain.estimate - truth) / gain.standardError).toBeLessThan(3);
    }
    const model = reportModel(analysis);
    for (const report of [markdownReport(model), htmlReport(model)]) {
      expect(report).toMatch(/Whom it helps most[\s\S]*who they are can be told beforehand[\s\S]*age at most 35[\s\S]*do not ship to[\s\S]*no part of the verdict/);
    }
    expect(textReport(model)).toMatch(/Whom it helps most[\s\S]*- age at most 35: ship to/);
    const invalid = reportModel({ ...analysis, decision: { ...analysis.decision, verdict: 'invalid' } }).targeting!;
    expect([invalid.sentence, invalid.tree]).toEqual(['A check that must pass has failed, so nothing is said of whom b helps most.', null]);
  });

  it('says so where all gain alike, and draws no rule', async () => {
    const analysis = await analysed(inputFor('nothing'));
    const { rate, tree } = estimated(analysis);
    expect(rate.pValue).toBeGreaterThan(0.05);
    expect(tree).toBeNull();
    const model = reportModel(analysis);
    for (const report of [markdownReport(model), htmlReport(model)]) {
      expect(report).toMatch(/It is not shown that b changes revenue more for some units[\s\S]*ship to all or to nobody/);
      expect(report).not.toContain('Whom to ship to');
    }
  });

  it('comes to the same bytes again, and leaves the verdict and its replay as they are', async () => {
    const [once, again, without] = [await analysed(inputFor('planted', { trees: 50 })), await analysed(inputFor('planted', { trees: 50 })), await analysed(inputFor('planted', {}, { heterogeneity: undefined }))];
    expect(canonicalJson(again)).toBe(canonicalJson(once));
    expect(once.decision).toEqual(without.decision);
    expect(await verifyAnalysis(analysisSchema.parse(JSON.parse(JSON.stringify(once))))).toMatchObject({ status: 'same' });
  });

  it('reads a sample where units are more than asked for, says so, and takes a gain in the better direction', async () => {
    const [metric] = inputFor('planted').metrics;
    const analysis = await analysed(inputFor('planted', { units: 2000 }, { metrics: [{ ...metric!, direction: 'decrease' }] }));
    expect(analysis.forest).toMatchObject({ available: UNITS, read: 2000 });
    const { tree } = estimated(analysis);
    // spending falls by 0.5 above the age of 35, and a fall is what is wanted
    const { estimate, standardError } = tree!.overNone!;
    expect(Math.abs(estimate - 0.5 * (1 - (CUT - 17) / 50)) / standardError).toBeLessThan(3);
    expect(estimate).toBeGreaterThan(2 * standardError);
    expect(reportModel(analysis).targeting!.note).toMatch(/^2,000 units of 3,000 were read, a sample by a hash of the unit/);
  });

  it.each<[string, PlanInput['metrics'][number]]>([
    ['ratio', { name: 'revenue', kind: 'ratio', numerator: { fact: 'orders', value: 'revenue' }, denominator: { fact: 'orders', aggregate: 'count' } }],
    ['expression', { name: 'revenue', kind: 'expression', expression: 'sum / count', components: { sum: { fact: 'orders', value: 'revenue' }, count: { fact: 'orders', aggregate: 'count' } } }],
  ])('takes a metric that is a %s: where every unit has one event, with the same answer as of the mean', async (_, metric) => {
    const [ratio, mean] = await Promise.all([analysed(inputFor('planted', { before: [] }, { metrics: [metric] })), analysed(inputFor('planted', { before: [] }))]);
    const [found, expected] = [estimated(ratio), estimated(mean)];
    expect(found.rate.estimate).toBeCloseTo(expected.rate.estimate, 6);
    expect(found.tree!.nodes.map(({ feature, threshold, isTreated }) => [feature, threshold, isTreated])).toEqual(expected.tree!.nodes.map(({ feature, threshold, isTreated }) => [feature, threshold, isTreated]));
    expect(reportModel(ratio).targeting!.note).toContain('those of a unit what it moves of the metric at first order');
  });

  it.each<[string, Partial<ForestEngine>]>([
    ['rejects', { grow: () => Promise.reject(new Error('compute worker ended with 134 before it answered')) }],
    ['throws', { grow: () => { throw new RangeError('Array buffer allocation failed'); } }],
    ['fails late', { ...sharedForestEngine, moments: () => Promise.reject(new Error('WebAssembly.Memory.grow(): Maximum memory size exceeded')), outOfBagMoments: sharedForestEngine.outOfBagMoments }],
  ])('an engine that %s leaves a sentence in place of the forest', async (_, broken) => {
    const plan = planSchema.parse(inputFor('nothing', { trees: 50 }));
    const warehouse = await openWarehouse(plan.source, { threads: 1 });
    const { units } = await warehouse.collect(plan).finally(() => warehouse.close());
    const found = await effectForest(plan, units!, { forests: { ...sharedForestEngine, ...broken }, policies: sharedPolicyEngine });
    expect(found!.answer).toMatchObject({ status: 'refused', reason: 'computation_failed', detail: expect.stringMatching(/could not be grown \((compute worker ended|Array buffer allocation|WebAssembly.Memory)/), remedy: expect.stringContaining('heterogeneity.forest.units') });
    const aborted = AbortSignal.abort(new Error('cancelled'));
    await expect(effectForest(plan, units!, { forests: { ...sharedForestEngine, ...broken }, policies: sharedPolicyEngine }, { signal: aborted })).rejects.toThrow('cancelled');
  });

  it.each<[string, Forest, Partial<PlanInput>, RegExp]>([
    ['covariates that tell the arm', { covariates: ['leak'] }, {}, /the covariates all but tell the arm of \d+ of 3000 units.*Leave out covariates that were known only after exposure/],
    ['too few units in an arm', {}, { end: '2026-03-10T00:00:01Z', exposures: { ...inputFor('nothing').exposures, exclude: [{ name: 'most', where: [{ column: 'arm', op: 'eq', value: 'b' }, { column: 'age', op: 'gt', value: 20 }] }] } }, /needs at least 300 units in each arm; one has \d+. Collect more units/],
    ['a covariate without a value', { covariates: ['age', 'empty'] }, {}, /column empty has no value that is not missing. Drop the column/],
    ['an outcome that never changes', { metric: 'visits' }, { metrics: [...inputFor('nothing').metrics, { name: 'visits', kind: 'proportion', fact: 'orders' }] }, /outcome of a causal forest is constant/],
  ])('refuses %s with a sentence, and the analysis stands', async (_, forest, changes, sentence) => {
    const analysis = await analysed(inputFor('nothing', { trees: 50, ...forest }, changes));
    expect(reportModel(analysis).targeting!.sentence).toMatch(sentence);
    expect(analysis.decision.verdict).toBeDefined();
  });

  it.each<[string, Forest, Partial<PlanInput>, RegExp]>([
    ['several arms', {}, { arms: [{ name: 'a', weight: 0.4, control: true }, { name: 'b', weight: 0.3 }, { name: 'c', weight: 0.3 }] }, /compares one arm with the control, and the plan has 2; name one in heterogeneity.forest.arm \(b, c\)/],
    ['an arm that is none', { arm: 'a' }, {}, /names arm a, which is not a treatment arm/],
    ['no covariates', { covariates: [], before: [] }, {}, /needs covariates: name attributes of the exposures/],
    ['a column that is no attribute', { covariates: ['height'] }, {}, /reads height, which is not among exposures.attributes/],
    ['a quantile', {}, { metrics: [{ name: 'revenue', kind: 'quantile', fact: 'orders', value: 'revenue', probability: 0.9 }] }, /cannot use revenue: effects of units on a quantile do not add up to that of all; name in heterogeneity.forest.metric the mean of the same value, or a proportion/],
    ['a past that the plan does not read', { before: ['revenue'] }, { metrics: [{ name: 'revenue', kind: 'mean', fact: 'orders', value: 'revenue' }] }, /reads revenue before exposure, which needs a metric of one number a unit with covariate.pre/],
  ])('a plan is told of %s', (_, forest, changes, message) => {
    expect(planSchema.safeParse(inputFor('nothing', forest, changes)).error?.issues.map((issue) => issue.message).join()).toMatch(message);
  });
});
