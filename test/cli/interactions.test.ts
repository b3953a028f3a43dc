import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InteractionScreen } from '../../src/experiment/interactions/screen.js';
import { stream } from '../../src/stats/numeric/random.js';
import { resultOf } from '../designs/run.js';
import { assay } from './capture.js';

/** Sums of 900 doubles in another order. */
const RELATIVE = 1e-9;
const random = stream(20_261_126);
// the banner works only where the price is not cut; the search never meets either
const units = Array.from({ length: 900 }, (_, i) => {
  const [banner, price] = [Number(random.bernoulli(0.5)), random.integer(3)];
  return { unit: `u${i}`, banner: `b${banner}`, price: `p${price}`, y: 10 + 2 * banner * Number(price === 0) + price + random.normal() };
});
let folder: string;
const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'assay-interactions-'));
  const csv = (column: 'banner' | 'price', day: number) => `unit,arm,ts\n${units.map((u) => `${u.unit},${u[column]},2026-03-0${day}`).join('\n')}\nother-${column},${column[0]}0,2026-03-01`;
  write('banner.csv', csv('banner', 1));
  // one unit is in several arms of the second, and counts for neither
  write('price.csv', `${csv('price', 3)}\nu0,p0,2026-03-04\nu0,p1,2026-03-04`);
  write('search.csv', 'unit,arm,ts\nx1,s0,2026-03-01\nx2,s1,2026-03-01\nx3,s0,2026-03-01\nx4,s1,2026-03-01');
  // what came between the two exposures is of neither
  write('orders.csv', `unit,ts,value\n${units.map((u) => `${u.unit},2026-03-05,${u.y}\n${u.unit},2026-03-02,1000`).join('\n')}`);
  const plan = (name: string, arms: string[], value = 'value') => JSON.stringify({
    name, source: { kind: 'files', tables: { exposures: { path: `${name}.csv` }, orders: { path: 'orders.csv' } } },
    exposures: { unit: 'unit', arm: 'arm', time: 'ts' }, facts: [{ name: 'orders', unit: 'unit', time: 'ts' }],
    metrics: [{ name: 'value', kind: 'mean', fact: 'orders', value }, { name: 'orders', kind: 'count', fact: 'orders' }],
    arms: arms.map((arm, i) => ({ name: arm, weight: 1 / arms.length, control: i === 0 })), decision: { goals: [{ metric: 'value', claim: 'superiority' }] },
  });
  write('banner.json', plan('banner', ['b0', 'b1']));
  write('price.json', plan('price', ['p0', 'p1', 'p2']));
  write('search.json', plan('search', ['s0', 's1']));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = (...args: string[]) => assay(['interactions', ...args], { cwd: folder });

describe('assay interactions', () => {
  it('finds what one experiment does to the other, by the numbers of the estimator, and refuses where nobody was in both', async () => {
    const { code, out } = await run('banner.json', 'price.json', 'search.json', '--format', 'json');
    const screen = JSON.parse(out) as InteractionScreen;
    const both = units.slice(1);
    const expected = await resultOf('interaction', { outcome: both.map(({ y }) => y), first: both.map(({ banner }) => banner), second: both.map(({ price }) => price) }, { firstControl: 'b0', secondControl: 'p0' });
    const [pair] = screen.pairs;
    const value = pair!.metrics.find(({ metric }) => metric === 'value')!;
    expect([code, pair!.units, value.isInteraction]).toEqual([10, 899, true]);
    const near = (got: number, wanted: number) => expect(Math.abs(got - wanted)).toBeLessThanOrEqual(RELATIVE * Math.max(1, Math.abs(wanted)));
    near(value.pValue, expected.test.pValue);
    near(pair!.assignment!.pValue, expected.assignment.pValue);
    value.interactions.forEach(({ first, second, estimate, standardError }) => {
      const effect = expected.interactions.find((of: { first: string; second: string }) => of.first === first && of.second === second);
      near(estimate, effect.estimate);
      near(standardError, effect.standardError);
    });
    // everybody has one order: nothing varies, and nothing can be said
    expect(pair!.refused).toMatchObject([{ metric: 'orders', refusal: { reason: 'zero_variance' } }]);
    expect(screen.pairs.slice(1).map(({ units: n, refused }) => [n, refused[0]!.refusal.reason])).toEqual([[0, 'too_few_units'], [0, 'too_few_units']]);
  });

  it('says so in words, and needs two plans of two names', async () => {
    expect((await run('banner.json', 'price.json')).out).toMatch(/^banner x price: 899 units in both; assigned independently .*\n {2}value: INTERACTION \(q = .*\n {4}b1 with p1: -/);
    expect(await run('banner.json')).toMatchObject({ code: 2 });
    expect(await run('banner.json', 'banner.json')).toMatchObject({ code: 2 });
  });
});
