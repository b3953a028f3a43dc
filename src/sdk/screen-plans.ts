import path from 'node:path';
import { pairInteractions } from '../experiment/interactions/pair-interactions.js';
import { screenInteractions, type InteractionScreen, type ReadPair } from '../experiment/interactions/screen.js';
import { planSchema, type Plan, type PlanInput } from '../experiment/plan.js';
import type { Summaries } from '../experiment/summaries.js';
import { isRefusal } from '../stats/refusal.js';
import { openWarehouse } from '../warehouse/open.js';
import { OTHER, overlapPlan } from '../warehouse/overlap-plan.js';
import { located, type AnalyzePlanOptions } from './analyze-plan.js';

/** A plan and the folder from which its relative paths start. */
export interface PlacedPlan { readonly plan: PlanInput; readonly folder?: string }
export interface ScreenOptions extends Pick<AnalyzePlanOptions, 'allowedFolders' | 'memoryLimit' | 'threads' | 'env' | 'signal' | 'onProgress'> {
  /** false discovery rate over all pairs and metrics; absent: 0.05 */
  readonly rate?: number;
}

/** Whether experiments that ran on the same units changed each other's effects: every two of them, over their own tables. */
export async function screenPlans(placed: readonly PlacedPlan[], options: ScreenOptions = {}): Promise<InteractionScreen> {
  const plans = placed.map(({ plan, folder }) => {
    const parsed = planSchema.parse(plan);
    return { ...parsed, source: located(parsed.source, path.resolve(folder ?? '.'), {}) };
  });
  const folders = [...placed.map(({ folder }) => path.resolve(folder ?? '.')), ...options.allowedFolders ?? []];
  return screenPairs(plans, async (plan) => {
    const warehouse = await openWarehouse(plan.source, { allowedFolders: folders, memoryLimit: options.memoryLimit ?? '4GB', ...(options.threads !== undefined && { threads: options.threads }), env: options.env ?? process.env });
    try { return (await warehouse.collect(plan, { ...(options.signal && { signal: options.signal }) })).summaries; } finally { await warehouse.close(); }
  }, options);
}

/** Every two of the plans, whose sources are where tables really are. @param collect the summaries of the units in both */
export async function screenPairs(plans: readonly Plan[], collect: (plan: Plan) => Promise<Summaries>, { rate = 0.05, signal, onProgress }: Pick<ScreenOptions, 'rate' | 'signal' | 'onProgress'>): Promise<InteractionScreen> {
  const pairs: ReadPair[] = [];
  const asked = plans.flatMap((first, i) => plans.slice(i + 1).map((second) => [first, second] as const));
  for (const [i, [first, second]] of asked.entries()) {
    signal?.throwIfAborted();
    onProgress?.(i / asked.length, `${first.name} and ${second.name}`);
    const plan = overlapPlan(first, second);
    if (isRefusal(plan)) { pairs.push({ first: first.name, second: second.name, found: plan }); continue; }
    pairs.push({ first: first.name, second: second.name, found: await pairInteractions(plan, second, OTHER, await collect(plan)) });
  }
  return screenInteractions(pairs, rate);
}
