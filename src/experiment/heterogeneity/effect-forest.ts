import { createHash } from 'node:crypto';
import { linearised } from '../../stats/effects/linearised.js';
import { fixed } from '../../stats/inference/fixed.js';
import { targeting, type Targeting } from '../../stats/heterogeneity/targeting.js';
import type { TargetingTree } from '../../stats/heterogeneity/targeting-tree.js';
import type { EngineOptions, ForestEngine } from '../../stats/forest/forest-engine.js';
import type { PolicyEngine } from '../../stats/policy/policy-engine.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import type { EffectForest, GainEstimate } from '../analysis.js';
import { metricOutcome } from '../compare/metric-outcomes.js';
import type { Metric } from '../metric.js';
import type { Plan } from '../plan.js';
import { forestTask, type ForestTask } from './forest-plan.js';
import type { UnitRows } from './unit-rows.js';

/** Who grows forests and who searches trees. */
export interface Engines { readonly forests: ForestEngine; readonly policies: PolicyEngine }

/** Fractions at which the targeting curve is drawn. */
const FRACTIONS = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);
/** Half-samples behind errors of the ranking. */
const REPLICATES = 200;

/**
 * Whom the treatment arm helps most, by a causal forest over unit rows, and a rule whom to treat when that is worth something. It informs and decides
 * nothing: a replay from summaries cannot make it again, since rows are not stored. The same rows and seed give the same bytes.
 */
export async function effectForest(plan: Plan, rows: UnitRows, engines: Engines, options: EngineOptions = {}): Promise<EffectForest | null> {
  const task = forestTask(plan);
  if (!task) return null;
  const level = 1 - plan.decision.alpha;
  const about = { metric: task.metric, arm: task.arm, cost: task.cost, available: rows.available, read: rows.treated.length, rowsDigest: digestOf(rows) };
  const found = await whomItHelps(plan, task, rows, engines, options).catch((error: unknown) => {
    options.signal?.throwIfAborted();
    return failed(error);
  });
  if (isRefusal(found)) return { ...about, answer: found.reason === 'too_few_units' && about.read < about.available ? { ...found, remedy: 'Read more units (heterogeneity.forest.units).' } : found };
  return { ...about, answer: answerOf(found, level) };
}

/** What informs must not stop what decides: an engine that fails leaves a sentence in its place. */
const failed = (error: unknown): Refusal => refuse('computation_failed', `the causal forest could not be grown (${error instanceof Error ? error.message : String(error)})`,
  'Analyse again; if it fails again, read fewer units (heterogeneity.forest.units) or grow fewer trees (heterogeneity.forest.trees).');

async function whomItHelps(plan: Plan, task: ForestTask, rows: UnitRows, { forests, policies }: Engines, options: EngineOptions): Promise<Targeting | Refusal> {
  const metric = plan.metrics.find(({ name }) => name === task.metric)!;
  const outcome = await unitOutcome(metric, rows);
  if (isRefusal(outcome)) return outcome;
  const sign = metric.direction === 'decrease' ? -1 : 1;
  const categorical = rows.covariates.flatMap(({ levels }, j) => (levels ? [j] : []));
  return targeting(forests, policies, {
    features: rows.covariates.map(({ name }) => name), x: rows.covariates.map(({ values }) => values), categorical,
    y: outcome.map((value) => sign * value), w: rows.treated,
  }, {
    trees: task.trees, seed: plan.seed, depth: task.depth, cost: task.cost, level: 1 - plan.decision.alpha, replicates: REPLICATES, fractions: FRACTIONS,
    levels: categorical.map((j) => rows.covariates[j]!.levels!),
  }, options);
}

/** The metric as one number a unit, shape (n): of a ratio or an expression what a unit adds to it at first order. */
async function unitOutcome(metric: Metric, { outcomes, treated }: UnitRows): Promise<Float64Array | Refusal> {
  if (metric.kind !== 'ratio' && metric.kind !== 'expression') return outcomes[0]!;
  const { outcome } = await metricOutcome(metric);
  return isRefusal(outcome) ? outcome : linearised(outcomes, treated, outcome);
}

function answerOf({ rate, profile, tree, units, trimmedShare }: Targeting, level: number): Extract<EffectForest['answer'], { status: 'estimated' }> {
  const critical = (estimate: number, standardError: number) => fixed.interval({ estimate, standardError, degreesOfFreedom: rate.degreesOfFreedom, n: rate.n }, 1 - level, 'two_sided', {});
  return {
    status: 'estimated', ...units, trimmedShare,
    rate: gain(rate, rate.degreesOfFreedom, rate.n, level),
    curve: rate.toc.map(({ fraction, estimate, standardError }) => {
      const { lower, upper } = critical(estimate, standardError);
      return { fraction, estimate, lower: lower!, upper: upper! };
    }),
    covariates: [...profile],
    tree: tree && treeOf(tree, level),
  };
}

function treeOf({ nodes, learned, treatedShare, overNone, overAll, allOverNone }: TargetingTree, level: number) {
  const value = (found: TargetingTree['allOverNone']) => gain(found, found.groups - 1, found.groups, level);
  return {
    nodes: nodes.map(({ gain: found, ...node }) => ({ ...node, gain: found && value(found) })), learned, treatedShare,
    overNone: overNone && value(overNone), overAll: overAll && value(overAll), allOverNone: value(allOverNone),
  };
}

function gain({ estimate, standardError }: { readonly estimate: number; readonly standardError: number }, degreesOfFreedom: number, n: number, level: number): GainEstimate {
  const effect = { estimate, standardError, degreesOfFreedom, n };
  return { estimate, standardError, degreesOfFreedom, interval: fixed.interval(effect, 1 - level, 'two_sided', {}), pValue: fixed.pValue(effect, 0, 'two_sided', {}) };
}

/** sha256 over the rows as they were read, so that a second reading can be told from the first. */
function digestOf({ outcomes, treated, covariates }: UnitRows): string {
  const hash = createHash('sha256');
  const add = ({ buffer, byteOffset, byteLength }: Float64Array) => hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  outcomes.forEach(add);
  add(treated);
  for (const { name, values, levels } of covariates) {
    hash.update(JSON.stringify([name, levels]));
    add(values);
  }
  return hash.digest('hex');
}
