import { secondsOf } from './shop-calendar.js';

/** What a treatment does to a customer: each is a factor on the control's value, 1 for no effect. */
export interface ShopEffect {
  /** on the chance that a session ends in an order */
  readonly order: number;
  /** on the value of an order */
  readonly value: number;
  /** on the page latency of a session */
  readonly latency: number;
  /** on the chance that a session meets an error */
  readonly error: number;
}

export interface ShopExperiment {
  readonly name: string;
  readonly arms: readonly [control: string, treatment: string];
  /** customers who arrive, bots among them; what the treatment loses is lost from these */
  readonly units: number;
  /** first exposures fall in [start, end), seconds since 1970 */
  readonly start: number;
  readonly end: number;
  readonly effect: ShopEffect;
  /** share of low-intent customers whom the broken treatment loses before they are logged */
  readonly lossOfLowIntent: number;
}

const NO_EFFECT: ShopEffect = { order: 1, value: 1, latency: 1, error: 1 };
const twoWeeks = { start: secondsOf('2026-02-02T00:00:00Z'), end: secondsOf('2026-02-16T00:00:00Z') };

/** Four experiments with exclusive customers, so that each truth stands alone. The verdict that is right for each is in its comment. */
export const shopExperiments = [
  // ship: orders and their value rise, nothing is harmed
  { name: 'checkout-one-page', arms: ['control', 'one_page'], units: 26_000, ...twoWeeks, effect: { ...NO_EFFECT, order: 1.12, value: 1.06 }, lossOfLowIntent: 0 },
  // do not ship: orders rise, and pages are 15 % slower
  { name: 'search-neural-ranking', arms: ['control', 'neural'], units: 18_000, ...twoWeeks, effect: { ...NO_EFFECT, order: 1.1, latency: 1.15 }, lossOfLowIntent: 0 },
  // keep running: a small effect, few customers, and the planned end is weeks away
  { name: 'free-shipping-banner', arms: ['control', 'banner'], units: 4_000, start: secondsOf('2026-02-18T00:00:00Z'), end: secondsOf('2026-03-02T00:00:00Z'), effect: { ...NO_EFFECT, order: 1.03 }, lossOfLowIntent: 0 },
  // invalid: no effect at all, but the redirect loses customers of low intent, so those who are left seem to buy more
  { name: 'guest-checkout-redirect', arms: ['control', 'redirect'], units: 12_400, ...twoWeeks, effect: NO_EFFECT, lossOfLowIntent: 0.2 },
] as const satisfies readonly ShopExperiment[];

export const effectOf = (experiment: ShopExperiment, arm: number): ShopEffect => (arm === 1 ? experiment.effect : NO_EFFECT);
