import type { Plan } from '../plan.js';
import type { Summaries } from '../summaries.js';
import { blocksOf } from './effects/switchback.js';

/** Summaries whose counts of arms are of what was randomised: clusters and blocks, where it was not units. */
export function asRandomised(plan: Plan, summaries: Summaries): Summaries {
  const counts = countsOf(plan, summaries);
  if (!counts) return summaries;
  const arms = plan.arms.map(({ name }) => ({ arm: name, units: counts.get(name) ?? 0 }));
  return { ...summaries, exposures: { ...summaries.exposures, arms } };
}

function countsOf({ design, arms }: Plan, { exposures }: Summaries): ReadonlyMap<string, number> | undefined {
  switch (design?.kind) {
    case 'cluster': return new Map(arms.map(({ name }) => [name, (exposures.groups ?? []).filter(({ arm, units }) => arm === name && units > 0).length]));
    case 'switchback': return blocksOf(exposures, design);
    default: return undefined;
  }
}
