import { sharedForestEngine } from './compute/shared-forest-engine.js';
import { sharedPolicyEngine } from './compute/shared-policy-engine.js';
import type { Analysis, Conclusion } from './experiment/analysis.js';
import { runChecks } from './experiment/checks.js';
import { cohortLifts, compareArms, cumulativeLifts } from './experiment/compare.js';
import { ruleReading } from './experiment/compare/rule-reading.js';
import { effectForest } from './experiment/heterogeneity/effect-forest.js';
import { segmentSearch } from './experiment/heterogeneity/search.js';
import { designReport } from './experiment/design/report.js';
import { decide } from './experiment/decide.js';
import { planDifferences, planHash } from './experiment/lock.js';
import type { Plan } from './experiment/plan.js';
import type { Summaries } from './experiment/summaries.js';
import { codeVersion } from './version.js';
import type { CollectOptions, Warehouse } from './warehouse/warehouse.js';

export interface AnalyzeOptions extends CollectOptions {
  /** the plan that was locked when the experiment started; absent: none was */
  readonly frozen?: Plan;
}

/**
 * Raw tables -> summaries -> effects -> inference -> checks -> decision: everything Assay does to an experiment.
 *
 * The warehouse reads the data once and answers with summaries; all that follows is a pure function of plan and summaries, but for the causal
 * forest that a plan may ask for: it reads units, informs, and decides nothing.
 */
export async function analyze(plan: Plan, warehouse: Warehouse, options: AnalyzeOptions = {}): Promise<Analysis> {
  const { summaries, fingerprint, queries, units } = await warehouse.collect(plan, options);
  const forest = units && await effectForest(plan, units, { forests: sharedForestEngine, policies: sharedPolicyEngine }, forestOptions(options));
  const differences = options.frozen ? planDifferences(options.frozen, plan) : [];
  return {
    formatVersion: 1,
    plan,
    planHash: planHash(plan),
    frozenPlanHash: options.frozen ? planHash(options.frozen) : null,
    exploratory: differences.length > 0,
    differences,
    fingerprint,
    summaries,
    queries: [...queries],
    seed: plan.seed,
    codeVersion,
    device: 'cpu',
    ...await conclude(plan, summaries),
    ...(forest && { forest }),
  };
}

const forestOptions = ({ signal, onProgress }: CollectOptions) => ({
  ...(signal && { signal }),
  ...(onProgress && { onProgress: () => onProgress(0.99, 'growing causal forests') }),
});

/** The pure half: a replay calls this with stored summaries and must get the same bytes. */
export async function conclude(plan: Plan, summaries: Summaries): Promise<Conclusion> {
  const comparisons = await compareArms(plan, summaries);
  const checks = runChecks(plan, summaries, { comparisons, cohorts: await cohortLifts(plan, summaries) });
  return {
    checks,
    comparisons,
    timelines: await cumulativeLifts(plan, summaries),
    decision: decide(plan, summaries, checks, comparisons, await ruleReading(plan, summaries)),
    ...(plan.heterogeneity && { heterogeneity: await segmentSearch(plan, summaries) }),
    ...(plan.design && { design: await designReport(plan, summaries) }),
  };
}
