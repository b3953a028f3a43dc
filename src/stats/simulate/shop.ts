import { stream, type RandomStream } from '../numeric/random.js';
import { keepShare, peakRate, SHOP_END, SHOP_START } from './shop-calendar.js';
import { countries, drawCustomer, drawLatency, drawOrderValue, expectedOutcomes, orderChance, platforms, visitors, type ShopCustomer, type ShopOutcomes } from './shop-customer.js';
import { effectOf, shopExperiments, type ShopEffect, type ShopExperiment } from './shop-experiments.js';
import { tableWriter, type Table } from './table.js';

/** True lifts of an experiment: expected outcome of its customers under treatment / under control - 1, as fractions. */
export interface ShopTruth {
  readonly experiment: string;
  /** any order within 7 days */
  readonly conversion: number;
  readonly orders: number;
  readonly revenue: number;
  /** any error within 7 days */
  readonly errors: number;
  /** of every quantile of latency */
  readonly latency: number;
  /** active in the second week */
  readonly retention: number;
}

export interface Shop {
  readonly tables: Readonly<Record<'exposures' | 'sessions' | 'page_views' | 'orders' | 'errors', Table>>;
  readonly truth: readonly ShopTruth[];
}

const pages = ['home', 'product', 'cart', 'checkout', 'confirmation'] as const;
const errorKinds = ['crash', 'payment', 'server'] as const;
/** Of sessions that reach a page, those that go on: product from home; cart and checkout are the order's chance divided by what is left to lose. */
const PRODUCT_SHARE = 0.35;
const CHECKOUT_TO_ORDER = 0.65;
const CART_TO_CHECKOUT = 0.7;
/** Customers arrive soon after an experiment starts, and ever fewer later: mean delay in seconds. */
const MEAN_ARRIVAL = 6 * 86_400;
const TWO_ARMS_SHARE = 0.002;
const DUPLICATE_SHARE = 0.005;

/**
 * A web shop with four experiments whose truth is known: exposures (one a session), sessions with latency, page views, orders with revenue, errors.
 *
 * Seasonal visits (Poisson, by hour of the week), heavy-tailed order values, behaviour before exposure that foretells the
 * behaviour after it, a few bots, a few customers seen in both arms, order and error rows that were delivered twice.
 * Customer i depends on (seed, i) alone.
 * @param share of the customers to draw, in (0, 1]; 1 makes about 60 000 customers and 2 000 000 events
 */
export function simulateShop(seed: number, share = 1): Shop {
  const log = shopLog(share);
  const root = stream(seed);
  let user = 0;
  const truth = shopExperiments.map((experiment, e) => {
    const totals = [emptyOutcomes(), emptyOutcomes()] as const;
    for (let i = Math.round(experiment.units * share); i > 0; i--) {
      user++;
      const random = root.split(user);
      const customer = drawCustomer(random);
      const arm = random.bernoulli(0.5) ? 1 : 0;
      const isLost = arm === 1 && customer.intent < 0 && random.bernoulli(experiment.lossOfLowIntent);
      const exposed = arrival(random, experiment);
      if (!customer.isBot) for (const a of [0, 1] as const) add(totals[a], expectedOutcomes(customer, effectOf(experiment, a)));
      if (!isLost) recordCustomer(log, random, { user, experiment: e, arm, exposed, customer, effect: effectOf(experiment, arm) });
    }
    return truthOf(experiment, totals);
  });
  const { orderId: _, errorId: __, ...tables } = log;
  return { tables: Object.fromEntries(Object.entries(tables).map(([name, writer]) => [name, writer.finish()])) as Shop['tables'], truth };
}

type ShopLog = ReturnType<typeof shopLog>;

const shopLog = (share: number) => ({
  exposures: tableWriter({
    user_id: 'integer', experiment: shopExperiments.map((e) => e.name), arm: armNames, exposed_at: 'time',
    platform: platforms, country: countries, visitor: visitors, is_bot: 'boolean',
  }, Math.ceil(450_000 * share)),
  sessions: tableWriter({ user_id: 'integer', started_at: 'time', latency_ms: 'number' }, Math.ceil(750_000 * share)),
  page_views: tableWriter({ user_id: 'integer', viewed_at: 'time', page: pages }, Math.ceil(1_400_000 * share)),
  orders: tableWriter({ order_id: 'integer', user_id: 'integer', ordered_at: 'time', revenue: 'number' }, Math.ceil(100_000 * share)),
  errors: tableWriter({ error_id: 'integer', user_id: 'integer', occurred_at: 'time', kind: errorKinds }, Math.ceil(50_000 * share)),
  orderId: 0,
  errorId: 0,
});

const armNames = [...new Set(shopExperiments.flatMap((e) => e.arms))];
const armCode = (experiment: number, arm: number): number => armNames.indexOf(shopExperiments[experiment]!.arms[arm]!);

interface Visitor {
  readonly user: number;
  readonly experiment: number;
  readonly arm: number;
  /** first exposure, seconds since 1970 */
  readonly exposed: number;
  readonly customer: ShopCustomer;
  readonly effect: ShopEffect;
}

/** Time of the first exposure: an exponential delay, thinned to the hours in which people shop. */
function arrival(random: RandomStream, { start, end }: ShopExperiment): number {
  for (;;) {
    const seconds = start + Math.floor(random.exponential(1 / MEAN_ARRIVAL));
    if (seconds < end && random.bernoulli(keepShare(seconds))) return seconds;
  }
}

function recordCustomer(log: ShopLog, random: RandomStream, visitor: Visitor): void {
  const { customer, exposed } = visitor;
  const rate = peakRate(customer.visits);
  const changesArm = random.bernoulli(TWO_ARMS_SHARE);
  const before = effectOf(shopExperiments[visitor.experiment]!, 0);
  if (customer.visitor === 1) for (const time of visits(random, rate, SHOP_START, exposed)) recordSession(log, random, visitor, before, time);
  recordExposure(log, visitor, visitor.arm, exposed);
  recordSession(log, random, visitor, visitor.effect, exposed);
  for (const time of visits(random, rate, exposed, SHOP_END)) {
    recordExposure(log, visitor, changesArm ? 1 - visitor.arm : visitor.arm, time);
    recordSession(log, random, visitor, visitor.effect, time);
  }
}

/** Poisson visits in (from, to), thinned by the hour of the week. */
function* visits(random: RandomStream, rate: number, from: number, to: number): Generator<number> {
  for (let time = from + random.exponential(rate); time < to - 1; time += random.exponential(rate)) {
    if (random.bernoulli(keepShare(time))) yield Math.ceil(time);
  }
}

function recordExposure(log: ShopLog, { user, experiment, customer }: Visitor, arm: number, time: number): void {
  log.exposures.append(user, experiment, armCode(experiment, arm), time, customer.platform, customer.country, customer.visitor, customer.isBot ? 1 : 0);
}

/** A session goes as deep as one uniform says: those who order are among those who reach the checkout, and so on up. */
function recordSession(log: ShopLog, random: RandomStream, { user, customer }: Visitor, effect: ShopEffect, time: number): void {
  log.sessions.append(user, time, drawLatency(random, customer, effect));
  const depth = random.uniform();
  const checkout = customer.orderChance / CHECKOUT_TO_ORDER;
  const cart = checkout / CART_TO_CHECKOUT;
  const isOrder = depth < orderChance(customer, effect);
  const reached = isOrder ? 5 : depth < checkout ? 4 : depth < cart ? 3 : depth < Math.max(PRODUCT_SHARE, cart) ? 2 : 1;
  for (let page = 0; page < reached; page++) log.page_views.append(user, time + 20 * page, page);
  if (isOrder) recordOrder(log, random, user, time + 80, drawOrderValue(random, customer, effect));
  if (random.bernoulli(customer.errorChance * effect.error)) recordError(log, random, user, customer, time + 10);
}

function recordOrder(log: ShopLog, random: RandomStream, user: number, time: number, value: number): void {
  log.orderId++;
  log.orders.append(log.orderId, user, time, value);
  if (random.bernoulli(DUPLICATE_SHARE)) log.orders.append(log.orderId, user, time, value);
}

function recordError(log: ShopLog, random: RandomStream, user: number, { platform }: ShopCustomer, time: number): void {
  log.errorId++;
  const isApp = platforms[platform] !== 'web';
  const kind = isApp && random.bernoulli(0.3) ? 0 : random.bernoulli(0.25) ? 1 : 2;
  log.errors.append(log.errorId, user, time, kind);
  if (random.bernoulli(DUPLICATE_SHARE)) log.errors.append(log.errorId, user, time, kind);
}

type Totals = { -readonly [K in keyof ShopOutcomes]: number };
const emptyOutcomes = (): Totals => ({ conversion: 0, orders: 0, revenue: 0, errors: 0 });

function add(totals: Totals, outcomes: ShopOutcomes): void {
  totals.conversion += outcomes.conversion;
  totals.orders += outcomes.orders;
  totals.revenue += outcomes.revenue;
  totals.errors += outcomes.errors;
}

const truthOf = (experiment: ShopExperiment, [control, treatment]: readonly [ShopOutcomes, ShopOutcomes]): ShopTruth => ({
  experiment: experiment.name,
  conversion: treatment.conversion / control.conversion - 1,
  orders: treatment.orders / control.orders - 1,
  revenue: treatment.revenue / control.revenue - 1,
  errors: treatment.errors / control.errors - 1,
  latency: experiment.effect.latency - 1,
  retention: 0,
});
