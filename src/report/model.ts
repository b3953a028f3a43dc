import type { Analysis, RuleAccount, Check, Clause, Comparison, PlanDifference, Timeline, Verdict } from '../experiment/analysis.js';
import { formatCount, formatCounted, formatDays, formatInstant, formatList, formatShare } from '../experiment/format.js';
import { daysObserved } from '../experiment/minimums.js';
import { methodOf } from '../experiment/inference.js';
import type { FeatureVersion, ModelVersion, Plan } from '../experiment/plan.js';
import { analysisDigest, type DecisionRecord } from '../experiment/record.js';
import type { ExecutedQuery } from '../experiment/summaries.js';
import { corrections } from '../stats/corrections/index.js';
import { designModel, type DesignModel } from './design.js';
import { effectRows, type EffectRow } from './effect-rows.js';
import { heterogeneityModel, type HeterogeneityModel } from './heterogeneity.js';
import { targetingModel, type TargetingModel } from './targeting.js';
import { clauseGroups, whatWouldChange, type ClauseGroup } from './verdict.js';

/** What every rendering of a report says, in the order in which it is said. Strings are plain text: a renderer escapes them. */
export interface ReportModel {
  readonly name: string;
  readonly title: string;
  readonly hypothesis: string | null;
  readonly verdict: { readonly kind: Verdict; readonly arm: string | null; readonly label: string; readonly reason: string; readonly changes: readonly string[] };
  /** present when the plan that ran is not the plan that was locked */
  readonly exploratory: string | null;
  readonly facts: readonly Labelled[];
  readonly clauseGroups: readonly ClauseGroup[];
  readonly level: string;
  /** heads of the columns of p-values, or of what a method has in their place */
  readonly evidence: { readonly alone: string; readonly adjusted: string };
  /** what must be known before the effects are read; null when nothing must */
  readonly effectsNote: string | null;
  readonly effects: readonly EffectRow[];
  /** null where units were randomised, each by itself */
  readonly design: DesignModel | null;
  readonly segments: readonly { readonly name: string; readonly rows: readonly EffectRow[] }[];
  /** of goals and guardrails, where there is more than one day */
  readonly timelines: readonly TimelineModel[];
  readonly timelineNote: string;
  /** null where the plan searches no segments */
  readonly heterogeneity: HeterogeneityModel | null;
  /** null where the plan asks for no forest */
  readonly targeting: TargetingModel | null;
  readonly checks: readonly Check[];
  readonly lock: string;
  readonly differences: readonly PlanDifference[];
  readonly lineage: readonly ArmLineage[];
  readonly done: { readonly monitoring: string | null; readonly rollback: readonly string[] };
  readonly records: readonly DecisionRecord[];
  readonly queries: readonly ExecutedQuery[];
  readonly provenance: readonly Labelled[];
}

export interface Labelled { readonly label: string; readonly value: string }
export interface ArmLineage { readonly arm: string; readonly models: readonly ModelVersion[]; readonly features: readonly FeatureVersion[] }
export interface TimelineModel extends Timeline { readonly isGoal: boolean }

/** What a report may say beyond its analysis. */
export interface ReportContext { readonly records?: readonly DecisionRecord[] }

export function reportModel(analysis: Analysis, { records = [] }: ReportContext = {}): ReportModel {
  const { plan, decision, summaries } = analysis;
  const goals = new Set(plan.decision.goals.map((goal) => goal.metric));
  const guardrails = new Set(plan.decision.guardrails.map((guardrail) => guardrail.metric));
  return {
    name: plan.name,
    title: plan.title ?? plan.name,
    hypothesis: plan.hypothesis ?? null,
    verdict: { kind: decision.verdict, arm: decision.arm, label: verdictLabel(decision.verdict, decision.arm), reason: decision.reason, changes: whatWouldChange(decision) },
    exploratory: analysis.exploratory
      ? `What ran departs from the locked plan in ${formatCounted(analysis.differences.length, 'place')}, so this is not the test that was agreed on.` : null,
    facts: factsOf(analysis),
    clauseGroups: clauseGroups(decision),
    level: formatShare(1 - plan.decision.alpha),
    evidence: methodOf(plan.inference).posterior ? { alone: 'Chance of other side', adjusted: 'Adjusted chance' } : { alone: 'p', adjusted: 'Adjusted p' },
    effectsNote: decision.verdict === 'invalid' ? 'A check that must pass has failed, so these figures are symptoms to look into. They are not effects, and none is marked as one.' : null,
    effects: rowsWhere((row) => row.segment === null),
    design: designModel(analysis),
    segments: plan.segments.map(({ name }) => ({ name, rows: rowsWhere((row) => row.segment?.name === name) }))
      .filter(({ rows }) => rows.length > 0),
    timelines: analysis.timelines.filter(({ metric, points }) => points.length > 1 && (goals.has(metric) || guardrails.has(metric))).map((timeline) => ({ ...timeline, isGoal: goals.has(timeline.metric) })),
    timelineNote: timelineNote(plan),
    heterogeneity: heterogeneityModel(analysis),
    targeting: targetingModel(analysis),
    checks: analysis.checks,
    lock: lockSentence(analysis),
    differences: analysis.differences,
    lineage: plan.arms.map(({ name, models, features }) => ({ arm: name, models, features })).filter(({ models, features }) => models.length + features.length > 0),
    done: { monitoring: plan.decision.done?.monitoring ?? null, rollback: plan.decision.done?.rollback ?? [] },
    records,
    queries: analysis.queries,
    provenance: provenanceOf(analysis, summaries.asOf),
  };

  function rowsWhere(isWanted: (row: Comparison) => boolean): EffectRow[] {
    const rows = effectRows(plan, analysis.comparisons.filter(isWanted));
    return decision.verdict === 'invalid' ? rows.map((row) => ({ ...row, finding: 'none' })) : rows;
  }
}

export const VERDICT_LABELS: Readonly<Record<Verdict, string>> = {
  ship: 'Ship', do_not_ship: 'Do not ship', keep_running: 'Keep running', invalid: 'Invalid',
};
const verdictLabel = (verdict: Verdict, arm: string | null): string => (arm === null ? VERDICT_LABELS[verdict] : `${VERDICT_LABELS[verdict]} ${arm}`);

function factsOf({ plan, summaries, decision }: Analysis): Labelled[] {
  const { exposures } = summaries;
  const days = daysObserved(summaries);
  return [
    { label: 'Units', value: formatCount(exposures.units) },
    ...plan.arms.map((arm) => ({ label: arm.control && arm.name !== 'control' ? `${arm.name} (control)` : arm.name, value: formatCount(exposures.arms.find((row) => row.arm === arm.name)?.units ?? 0) })),
    ...(days === null ? [] : [{ label: 'Ran for', value: formatDays(days) }]),
    ...(summaries.asOf === null ? [] : [{ label: 'Data until', value: formatInstant(summaries.asOf) }]),
    { label: 'Intervals', value: `${formatShare(1 - plan.decision.alpha)}, ${methodOf(plan.inference).title}` },
    { label: 'Correction', value: correctionWords(plan.correction) },
    ...(decision.rule ? [{ label: 'Rule', value: ruleWords(plan, decision.rule) }] : []),
    ...(plan.owner ? [{ label: 'Owner', value: plan.owner }] : []),
  ];
}

const ruleWords = ({ decision }: Plan, { alphaPerGoal, alphaPerGuardrail, unitsNeeded }: RuleAccount): string =>
  `risk-aware: goals at one-sided ${Number(alphaPerGoal.toPrecision(3))}, guardrails at ${Number(alphaPerGuardrail.toPrecision(3))}, power ${formatShare(decision.rule!.power)}${unitsNeeded === null ? '' : `; needs ${formatCounted(unitsNeeded, 'unit')} at the variances seen`}`;

const correctionWords = (name: Plan['correction']): string => (name === 'none' ? 'none' : corrections[name].title);

function timelineNote({ inference }: Plan): string {
  const method = methodOf(inference);
  const read = 'What the analysis would have said at the end of each day.';
  if (method.anytimeValid) return `${read} These intervals hold at every look.`;
  if (method.countsLooks) return `${read} These intervals hold for the looks that the plan counts, all together.`;
  if (method.posterior) return `${read} These are credible intervals, each of its own day: a prior does not make early looks free of charge.`;
  return `${read} These intervals hold for one look at a time fixed beforehand: a day on which one clears zero is no reason to stop early.`;
}

function lockSentence({ frozenPlanHash, exploratory }: Analysis): string {
  if (frozenPlanHash === null) return 'No plan was locked before the start, so nobody can tell whether this one was written after the data were seen.';
  return exploratory ? 'The plan that ran departs from the plan that was locked at the start.' : 'The plan that ran is the plan that was locked at the start.';
}

function provenanceOf(analysis: Analysis, asOf: string | null): Labelled[] {
  const { fingerprint } = analysis;
  return [
    { label: 'Analysis', value: analysisDigest(analysis) },
    { label: 'Plan', value: analysis.planHash },
    ...(analysis.frozenPlanHash === null ? [] : [{ label: 'Locked plan', value: analysis.frozenPlanHash }]),
    { label: 'Data', value: fingerprint.digest },
    ...fingerprint.tables.map((table) => ({ label: `Table ${table.name}`, value: `${formatList([formatCounted(table.rows, 'row'), ...(table.bytes === null ? [] : [formatCounted(table.bytes, 'byte')])])}, ${table.checksum}` })),
    { label: 'Engine', value: fingerprint.engine },
    { label: 'Analysis time', value: asOf ?? 'the data have no times' },
    { label: 'Seed', value: String(analysis.seed) },
    { label: 'Code', value: `assay ${analysis.codeVersion}` },
    { label: 'Device', value: analysis.device },
  ];
}

/** How the status of a clause or a check is shown beside its word. */
export const STATUS_MARKS: Readonly<Record<Clause['status'] | Check['status'], string>> = { met: '✓', open: '○', violated: '✕', pass: '✓', warn: '!', fail: '✕' };

/** `sample_ratio_by_segment` -> `Sample ratio by segment`. */
export const nameOfCheck = (name: Check['name']): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');

/** `ranker 7 in https://mlflow.example, run 3f2`. */
export const modelText = (model: ModelVersion): string =>
  `${model.name} ${model.version} in ${model.registry}${model.runId ? `, run ${model.runId}` : ''}${model.digest ? `, ${model.digest}` : ''}`;

/** `user_orders v3 in feast`. */
export const featureText = (feature: FeatureVersion): string =>
  `${feature.view} ${feature.version} in ${feature.store}${feature.schemaHash ? `, schema ${feature.schemaHash}` : ''}`;
