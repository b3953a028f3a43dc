import { beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { demoPlans, shopFiles } from '../../src/demo/plans.js';
import { SHOP_SEED, SHOP_VERSION } from '../../src/demo/prepare.js';
import { planSchema } from '../../src/experiment/plan.js';
import { shopExperiments } from '../../src/stats/simulate/shop-experiments.js';
import { SHOP_END } from '../../src/stats/simulate/shop-calendar.js';
import { simulateShop, type Shop } from '../../src/stats/simulate/shop.js';
import type { Column } from '../../src/stats/simulate/table.js';

const WEEK = 7 * 86_400;
/** A part of the shop is enough for laws that hold at any size, and ten times as quick. */
const SHARE = 0.1;

/** sha256 over the bytes of every column: the shop of a seed is one shop. */
function digestOf(shop: Shop): string {
  const hash = createHash('sha256');
  for (const table of Object.values(shop.tables)) {
    for (const column of Object.values(table.columns)) hash.update(new Uint8Array(column.values.buffer, column.values.byteOffset, column.values.byteLength));
  }
  return hash.digest('hex');
}

const values = (column: Column | undefined): ArrayLike<number> => column!.values;

interface Customer { arm: number; exposed: number; isBot: boolean; hasTwoArms: boolean; orders: number; revenue: number; revenueBefore: number }

/** First exposures and de-duplicated orders by customer, straight from the rows. */
function customersOf({ tables: { exposures, orders } }: Shop, experiment: number): Map<number, Customer> {
  const customers = new Map<number, Customer>();
  const [user, experiments, arm, time, isBot] = (['user_id', 'experiment', 'arm', 'exposed_at', 'is_bot'] as const).map((name) => values(exposures.columns[name]));
  for (let i = 0; i < exposures.rows; i++) {
    if (experiments![i] !== experiment) continue;
    const known = customers.get(user![i]!);
    if (known) known.hasTwoArms ||= known.arm !== arm![i];
    else customers.set(user![i]!, { arm: arm![i]!, exposed: time![i]!, isBot: isBot![i] === 1, hasTwoArms: false, orders: 0, revenue: 0, revenueBefore: 0 });
  }
  const seen = new Set<number>();
  for (let i = 0; i < orders.rows; i++) {
    const customer = customers.get(values(orders.columns['user_id'])[i]!);
    const id = values(orders.columns['order_id'])[i]!;
    if (!customer || seen.has(id)) continue;
    seen.add(id);
    const since = values(orders.columns['ordered_at'])[i]! - customer.exposed;
    const value = values(orders.columns['revenue'])[i]!;
    if (since >= 0 && since < WEEK) { customer.orders++; customer.revenue += value; }
    if (since < 0 && since >= -2 * WEEK) customer.revenueBefore += value;
  }
  return customers;
}

const meanOf = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const varianceOf = (numbers: readonly number[]): number => { const m = meanOf(numbers); return numbers.reduce((sum, x) => sum + (x - m) ** 2, 0) / (numbers.length - 1); };

describe('shop', () => {
  let shop: Shop;
  beforeAll(() => { shop = simulateShop(SHOP_SEED, SHARE); });

  it('has about 60k customers, 400k exposures and 2M events', () => {
    const { exposures, ...events } = shop.tables;
    expect(new Set(values(exposures.columns['user_id']) as Int32Array).size).toBeGreaterThan(55_000 * SHARE);
    expect(exposures.rows).toBeGreaterThan(360_000 * SHARE);
    expect(exposures.rows).toBeLessThan(440_000 * SHARE);
    const total = Object.values(events).reduce((sum, table) => sum + table.rows, 0);
    expect(total).toBeGreaterThan(1_800_000 * SHARE);
    expect(total).toBeLessThan(2_300_000 * SHARE);
  });

  it('is the same to the bit for one seed, another for another, and its version changes with its rows', () => {
    expect(digestOf(simulateShop(7, 0.02))).toBe(digestOf(simulateShop(7, 0.02)));
    expect(digestOf(simulateShop(8, 0.02))).not.toBe(digestOf(simulateShop(7, 0.02)));
    expect({ version: SHOP_VERSION, digest: digestOf(shop) }).toEqual({ version: 1, digest: '769772647eef4e3bf42ef5f66f36bcfbcf866ea38a7144c879b3be0bf2758121' });
  });

  it.each(shopExperiments.map((e, i) => [e.name, i] as const).filter(([name]) => name !== 'guest-checkout-redirect'))('%s: lifts in the rows lie within 4 standard errors of the truth', (_, e) => {
    const customers = [...customersOf(shop, e).values()].filter((c) => !c.isBot && !c.hasTwoArms && c.exposed < SHOP_END - WEEK);
    const arms = [...new Set(customers.map((c) => c.arm))].sort((a, b) => a - b);
    for (const [outcome, valueOf] of [['conversion', (c: Customer) => Math.min(c.orders, 1)], ['orders', (c: Customer) => c.orders], ['revenue', (c: Customer) => c.revenue]] as const) {
      const [control, treatment] = arms.map((arm) => customers.filter((c) => c.arm === arm).map(valueOf)) as [number[], number[]];
      const lift = meanOf(treatment) / meanOf(control) - 1;
      const standardError = Math.sqrt(varianceOf(treatment) / treatment.length + varianceOf(control) / control.length) / meanOf(control);
      expect(Math.abs(lift - shop.truth[e]![outcome]) / standardError).toBeLessThan(4);
    }
  });

  it('the broken redirect loses 5 to 15 % of its customers, those of low intent, though its true lift is 0', () => {
    const customers = [...customersOf(shop, 3).values()];
    const arms = [...new Set(customers.map((c) => c.arm))].sort((a, b) => a - b);
    const [control, redirect] = arms.map((arm) => customers.filter((c) => c.arm === arm).length) as [number, number];
    expect(redirect / control).toBeGreaterThan(0.85);
    expect(redirect / control).toBeLessThan(0.95);
    expect(shop.truth[3]).toMatchObject({ conversion: 0, orders: 0, revenue: 0, errors: 0, latency: 0 });
  });

  it('revenue before exposure foretells revenue after it', () => {
    const customers = [...customersOf(shop, 0).values()].filter((c) => !c.isBot);
    const [x, y] = [customers.map((c) => c.revenueBefore), customers.map((c) => c.revenue)];
    const [xBar, yBar] = [meanOf(x), meanOf(y)];
    const covariance = x.reduce((sum, value, i) => sum + (value - xBar) * (y[i]! - yBar), 0) / (x.length - 1);
    expect(covariance / Math.sqrt(varianceOf(x) * varianceOf(y))).toBeGreaterThan(0.1);
  });

  it('has bots, customers in two arms, and orders that were delivered twice', () => {
    const customers = shopExperiments.flatMap((_, e) => [...customersOf(shop, e).values()]);
    const share = (is: (c: Customer) => boolean) => customers.filter(is).length / customers.length;
    expect(share((c) => c.isBot)).toBeGreaterThan(0.001);
    expect(share((c) => c.isBot)).toBeLessThan(0.01);
    expect(share((c) => c.hasTwoArms)).toBeGreaterThan(0.0005);
    expect(share((c) => c.hasTwoArms)).toBeLessThan(0.005);
    const { orders } = shop.tables;
    expect(orders.rows).toBeGreaterThan(new Set(values(orders.columns['order_id']) as Int32Array).size);
  });

  it('has a valid plan for each experiment', () => {
    const plans = demoPlans(shopFiles('shop'));
    expect(plans.map((plan) => planSchema.safeParse(plan).error?.issues)).toEqual(plans.map(() => undefined));
    expect(plans.map((plan) => plan.name)).toEqual(shopExperiments.map((e) => e.name));
  });
});
