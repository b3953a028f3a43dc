import type { Comparison, EffectEstimate } from '../../src/experiment/analysis.js';
import { planSchema, type Plan, type PlanInput } from '../../src/experiment/plan.js';
import type { Summaries } from '../../src/experiment/summaries.js';
import type { ConfidenceSet } from '../../src/stats/inference/inference.js';
import type { Refusal } from '../../src/stats/refusal.js';

/** A shop that tests a checkout: revenue is the goal, errors and latency must not get worse. */
export const shopPlan = (overrides: Partial<PlanInput> = {}): Plan => planSchema.parse({
  name: 'checkout',
  source: { kind: 'files', tables: { exposures: { path: 'exposures.csv' }, orders: { path: 'orders.csv' } } },
  exposures: { unit: 'user', arm: 'arm', time: 'at', attributes: ['country'] },
  facts: [{ name: 'orders', unit: 'user', time: 'at', id: 'order_id' }],
  metrics: [
    { kind: 'mean', name: 'revenue', fact: 'orders', value: 'amount', unit: 'EUR' },
    { kind: 'count', name: 'errors', fact: 'orders', direction: 'decrease', category: 'reliability' },
    { kind: 'mean', name: 'latency', fact: 'orders', value: 'ms', unit: 'ms', direction: 'decrease', category: 'latency' },
  ],
  segments: [{ name: 'country', column: 'country' }],
  arms: [{ name: 'control', weight: 0.5, control: true }, { name: 'treatment', weight: 0.5 }],
  decision: {
    goals: [{ metric: 'revenue', claim: 'superiority' }],
    guardrails: [{ metric: 'errors', margin: 0.05 }, { metric: 'latency', margin: 0.02 }],
  },
  ...overrides,
});

type Exposures = Summaries['exposures'];
type Fact = Summaries['facts'][number];

/** What the warehouse would say of a healthy experiment of that plan, with some of it replaced. */
export function shopSummaries(
  { exposures = {}, fact = {}, ...rest }: { exposures?: Partial<Exposures>; fact?: Partial<Fact> } & Partial<Omit<Summaries, 'exposures' | 'facts'>> = {},
): Summaries {
  return {
    asOf: '2026-03-15T00:00:00Z',
    exposures: {
      rows: 20_000, units: 20_000, nullUnits: 0, nullArms: 0, multipleArms: 0, multipleArmsByArm: [], excluded: [], unplannedArms: [],
      first: '2026-03-01T00:00:00Z', last: '2026-03-14T23:00:00Z',
      arms: [{ arm: 'control', units: 10_000 }, { arm: 'treatment', units: 10_000 }],
      segments: [], days: [], ...exposures,
    },
    facts: [{ name: 'orders', rows: 50_000, nullUnits: 0, nullTimes: 0, duplicates: 0, notFinite: 0, matched: 9_000, first: '2026-03-01T00:00:00Z', last: '2026-03-14T23:30:00Z', ...fact }],
    metrics: [],
    ...rest,
  };
}

/** An estimate whose normal interval and p-value belong together. */
export function effect(estimate: number, standardError: number, overrides: Partial<EffectEstimate> = {}): EffectEstimate {
  const halfWidth = 1.959963984540054 * standardError;
  return {
    status: 'estimated', estimate, standardError, degreesOfFreedom: null,
    interval: { shape: 'interval', lower: estimate - halfWidth, upper: estimate + halfWidth },
    pValue: twoSidedP(estimate / standardError), adjustedPValue: null, simultaneous: null,
    ...overrides,
  };
}

/** Two-sided normal p-value by Abramowitz and Stegun 26.2.17; good to 1e-7, and only here to make fixtures coherent. */
function twoSidedP(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return Math.min(1, 2 * Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI) * series);
}

export const refusal: Refusal = {
  status: 'refused', reason: 'denominator_near_zero',
  detail: 'lift needs a control mean away from zero; it is 0', remedy: 'read the difference instead',
};

export function comparison(metric: string, lift: EffectEstimate | Refusal, overrides: Partial<Comparison> & { arm?: string } = {}): Comparison {
  const { arm = 'treatment', ...rest } = overrides;
  return {
    metric, role: metric === 'revenue' ? 'goal' : 'guardrail', family: metric === 'revenue' ? 'goals' : 'guardrails', segment: null,
    control: { arm: 'control', n: 10_000, value: 10, standardError: 0.1 },
    treatment: { arm, n: 10_000, value: 10, standardError: 0.1 },
    difference: lift, lift, method: 'difference in means; fixed horizon', adjustment: null, ...rest,
  };
}

export const set = (shape: ConfidenceSet['shape'], lower: number | null, upper: number | null): ConfidenceSet => ({ shape, lower, upper });
