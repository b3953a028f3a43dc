import type { RandomStream } from '../numeric/random.js';
import type { ShopEffect } from './shop-experiments.js';

export const platforms = ['android', 'ios', 'web'] as const;
export const countries = ['BR', 'DE', 'FR', 'GB', 'US'] as const;
export const visitors = ['new', 'returning'] as const;

const PLATFORM_SHARES = [0.22, 0.26, 0.52];
const COUNTRY_SHARES = [0.12, 0.3, 0.2, 0.18, 0.2];
const RETURNING_SHARE = 0.65;
const BOT_SHARE = 0.004;
/** Median page latency in ms, chance of an error in a session, and odds of ordering, by platform. */
const LATENCY = [520, 410, 340];
const ERROR = [0.12, 0.085, 0.065];
const ORDER_ODDS = [0.9, 1.2, 1];
const COUNTRY_ODDS = [0.75, 1.05, 1, 1.05, 1.1];
const BASE_ODDS = 0.075;
const BASE_VALUE = 36;
const VISITS_A_DAY = 0.235;

/** Spreads on the log scale, between customers and within them. */
const ACTIVITY_SPREAD = 0.8;
const INTENT_SPREAD = 1.6;
const BASKET_SPREAD = 0.6;
const ORDER_SPREAD = 0.75;
const NETWORK_SPREAD = 0.35;
const SESSION_SPREAD = 0.4;
/** Some orders are many times their usual size: a Pareto factor without a third moment. */
const BULK_SHARE = 0.03;
const BULK_SHAPE = 2.5;

/** What a customer is like before any experiment; events before and after exposure share it, which is why CUPED helps. */
export interface ShopCustomer {
  /** indices into `platforms`, `countries`, `visitors` */
  readonly platform: number;
  readonly country: number;
  readonly visitor: number;
  readonly isBot: boolean;
  /** sessions a day */
  readonly visits: number;
  /** standard normal: how bent on buying */
  readonly intent: number;
  /** chance that a session ends in an order, under control */
  readonly orderChance: number;
  /** mean of the log of an order's value */
  readonly logValue: number;
  /** mean of the log of a session's latency in ms */
  readonly logLatency: number;
  readonly errorChance: number;
}

export function drawCustomer(random: RandomStream): ShopCustomer {
  const platform = random.choice(PLATFORM_SHARES);
  const country = random.choice(COUNTRY_SHARES);
  const isReturning = random.bernoulli(RETURNING_SHARE);
  const isBot = random.bernoulli(BOT_SHARE);
  const intent = random.normal();
  const odds = BASE_ODDS * ORDER_ODDS[platform]! * COUNTRY_ODDS[country]! * Math.exp(INTENT_SPREAD * intent);
  return {
    platform, country, visitor: isReturning ? 1 : 0, isBot, intent,
    visits: isBot ? 4 : VISITS_A_DAY * Math.exp(ACTIVITY_SPREAD * random.normal() - ACTIVITY_SPREAD ** 2 / 2),
    orderChance: isBot ? 0 : odds / (1 + odds),
    logValue: Math.log(BASE_VALUE) + BASKET_SPREAD * random.normal(),
    logLatency: Math.log(LATENCY[platform]!) + NETWORK_SPREAD * random.normal(),
    errorChance: ERROR[platform]!,
  };
}

export const orderChance = (customer: ShopCustomer, effect: ShopEffect): number => Math.min(customer.orderChance * effect.order, 0.95);

/** Value of an order in EUR, to the cent. */
export function drawOrderValue(random: RandomStream, customer: ShopCustomer, effect: ShopEffect): number {
  const bulk = random.bernoulli(BULK_SHARE) ? (1 - random.uniform()) ** (-1 / BULK_SHAPE) : 1;
  return Math.round(100 * effect.value * bulk * Math.exp(customer.logValue + ORDER_SPREAD * random.normal())) / 100;
}

/** Mean latency of a session's pages in ms, to a tenth. */
export const drawLatency = (random: RandomStream, customer: ShopCustomer, effect: ShopEffect): number =>
  Math.round(10 * effect.latency * Math.exp(customer.logLatency + SESSION_SPREAD * random.normal())) / 10;

/** Expected outcomes of one customer in the first seven days after exposure, were they given this effect. */
export interface ShopOutcomes {
  readonly conversion: number;
  readonly orders: number;
  readonly revenue: number;
  readonly errors: number;
}

/**
 * The exposed session is certain, the later ones are Poisson; over a whole week the seasons average out.
 * Exact but for orders that are placed minutes after their session crosses the edge of the week.
 */
export function expectedOutcomes(customer: ShopCustomer, effect: ShopEffect): ShopOutcomes {
  const later = 7 * customer.visits;
  const order = orderChance(customer, effect);
  const error = customer.errorChance * effect.error;
  const bulk = 1 + BULK_SHARE * (BULK_SHAPE / (BULK_SHAPE - 1) - 1);
  const orders = order * (1 + later);
  return {
    conversion: 1 - (1 - order) * Math.exp(-order * later),
    orders,
    revenue: orders * effect.value * bulk * Math.exp(customer.logValue + ORDER_SPREAD ** 2 / 2),
    errors: 1 - (1 - error) * Math.exp(-error * later),
  };
}
