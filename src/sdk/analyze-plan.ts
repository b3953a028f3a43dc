import path from 'node:path';
import { analyze } from '../analyze.js';
import type { Analysis } from '../experiment/analysis.js';
import { planSchema, type Plan, type PlanInput, type Source } from '../experiment/plan.js';
import { openWarehouse } from '../warehouse/open.js';
import type { CollectOptions } from '../warehouse/warehouse.js';

export interface AnalyzePlanOptions extends CollectOptions {
  /** relative paths of the plan start here; absent: the current folder */
  readonly folder?: string;
  /** folders besides that one from which tables may be read */
  readonly allowedFolders?: readonly string[];
  /** table of the plan -> absolute path, instead of the plan's */
  readonly overrides?: Readonly<Record<string, string>>;
  /** the plan as it was locked */
  readonly frozen?: PlanInput;
  /** most memory of the engine, such as 4GB */
  readonly memoryLimit?: string;
  readonly threads?: number;
  /** where `env:NAME` of a plan is looked up */
  readonly env?: NodeJS.ProcessEnv;
}

/** Analyses a plan over local files or a database, without a service. */
export async function analyzePlan(input: PlanInput, options: AnalyzePlanOptions = {}): Promise<Analysis> {
  const plan: Plan = planSchema.parse(input);
  const folder = path.resolve(options.folder ?? '.');
  const warehouse = await openWarehouse(located(plan.source, folder, options.overrides ?? {}), {
    allowedFolders: [folder, ...options.allowedFolders ?? []],
    memoryLimit: options.memoryLimit ?? '4GB',
    ...(options.threads !== undefined && { threads: options.threads }),
    env: options.env ?? process.env,
  });
  try {
    return await analyze(plan, warehouse, {
      ...(options.frozen && { frozen: planSchema.parse(options.frozen) }),
      ...(options.signal && { signal: options.signal }),
      ...(options.onProgress && { onProgress: options.onProgress }),
    });
  } finally {
    await warehouse.close();
  }
}

/** The source with absolute paths. The plan of the analysis keeps its own: where data are is not part of what it promises. */
export function located(source: Source, folder: string, overrides: Readonly<Record<string, string>>): Source {
  if (source.kind !== 'files') return source;
  return { ...source, tables: Object.fromEntries(Object.entries(source.tables).map(([name, table]) => [name, { ...table, path: overrides[name] ?? path.resolve(folder, table.path) }])) };
}
