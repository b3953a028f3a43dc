import path from 'node:path';
import { pairInteractions } from '../experiment/interactions/pair-interactions.js';
import { screenInteractions, type InteractionScreen, type ReadPair } from '../experiment/interactions/screen.js';
import { planSchema, type PlanInput } from '../experiment/plan.js';
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
  const pairs: ReadPair[] = [];
  const asked = plans.flatMap((first, i) => plans.slice(i + 1).map((second) => [first, second] as const));
  for (const [i, [first, second]] of asked.entries()) {
    options.onProgress?.(i / asked.length, `${first.name} and ${second.name}`);
    const plan = overlapPlan(first, second);
    if (isRefusal(plan)) { pairs.push({ first: first.name, second: second.name, found: plan }); continue; }
    const warehouse = await openWarehouse(plan.source, { allowedFolders: folders, memoryLimit: options.memoryLimit ?? '4GB', ...(options.threads !== undefined && { threads: options.threads }), env: options.env ?? process.env });
    try {
      const { summaries } = await warehouse.collect(plan, { ...(options.signal && { signal: options.signal }) });
      pairs.push({ first: first.name, second: second.name, found: await pairInteractions(plan, second, OTHER, summaries) });
    } finally { await warehouse.close(); }
  }
  return screenInteractions(pairs, options.rate ?? 0.05);
}
