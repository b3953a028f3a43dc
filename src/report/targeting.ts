import type { Analysis, EffectForest, GainEstimate } from '../experiment/analysis.js';
import { formatCount, formatCounted, formatDifference, formatList, formatP, formatPValue, formatShare, formatValue } from '../experiment/format.js';

/** Whom the treatment helps most, as text. */
export interface TargetingModel {
  readonly sentence: string;
  readonly note: string;
  /** null where no rule pays */
  readonly tree: Branch | null;
  /** what the rule is worth against everybody and nobody; empty without a rule */
  readonly values: readonly (readonly [what: string, gain: string, interval: string, pValue: string])[];
  /** of the covariates that the forest split on most; empty without a rule */
  readonly profile: readonly (readonly string[])[];
  readonly curve: CurveModel | null;
}
/** A branch of a tree: the answer that leads to it, and what is said of its units; the root has no question. */
export interface Branch { readonly question: string | null; readonly says: string; readonly isTreated: boolean | null; readonly children: readonly Branch[] }

/** One line an answer, indented by its depth. */
export const branchLines = ({ question, says, children }: Branch, depth: number, escape = (text: string): string => text): string[] => [
  ...(question === null ? [] : [`${'  '.repeat(Math.max(0, depth - 1))}- ${escape(question)}: ${escape(says)}`]),
  ...children.flatMap((child) => branchLines(child, depth + 1, escape)),
];

export interface CurveModel {
  readonly points: readonly { readonly fraction: number; readonly estimate: number; readonly lower: number; readonly upper: number }[];
  /** for those who hear it */
  readonly label: string;
  readonly caption: string;
  /** such as 95% interval */
  readonly level: string;
  /** some of the points, as text */
  readonly rows: readonly (readonly [fraction: string, gain: string, interval: string])[];
  readonly unit: string | undefined;
}

export const TARGETING_TITLE = 'Whom it helps most';
export const VALUE_HEADS = ['Held-out units', 'Gain a unit', 'Interval', 'p'] as const;
export const PROFILE_HEADS = ['Known beforehand', 'Share of splits', 'Quarter that gains most', 'Quarter that gains least'] as const;
/** Covariates that are shown. */
const SHOWN = 8;
/** Every how many points of the curve a table shows. */
const EVERY = 4;

type Found = Extract<EffectForest['answer'], { status: 'estimated' }>;

export function targetingModel({ plan, forest, decision }: Analysis): TargetingModel | null {
  if (!forest) return null;
  const { answer, metric, arm } = forest;
  const { unit, kind } = plan.metrics.find(({ name }) => name === metric)!;
  const note = noteOf(forest, kind === 'ratio' || kind === 'expression');
  const level = `${formatShare(1 - plan.decision.alpha)} interval`;
  const only = (sentence: string): TargetingModel => ({ sentence, note, tree: null, values: [], profile: [], curve: null });
  if (answer.status === 'refused') return only(`Whom ${arm} helps most cannot be said: ${answer.detail}. ${answer.remedy}`);
  if (decision.verdict === 'invalid') return only(`A check that must pass has failed, so nothing is said of whom ${arm} helps most.`);
  const { tree } = answer;
  return {
    sentence: sentenceOf(answer, { metric, arm, unit, alpha: plan.decision.alpha, cost: forest.cost }),
    note,
    tree: tree && branchOf(tree.nodes, 0, null, unit),
    values: tree ? valuesOf(tree, arm, unit) : [],
    profile: (tree ? answer.covariates.slice(0, SHOWN) : []).map((row) => [row.name, formatShare(row.share), endOf(row.level, row.most), endOf(row.level, row.least)]),
    curve: curveOf(answer, { metric, arm, unit, level }),
  };
}

interface About { readonly metric: string; readonly arm: string; readonly unit: string | undefined }

function sentenceOf({ rate, tree }: Found, { metric, arm, unit, alpha, cost }: About & { readonly alpha: number; readonly cost: number }): string {
  const gains = `units that a causal forest ranks highest gain ${gainText(rate, unit)} more than the average unit, over all shares that could be treated (AUTOC), ${formatP(rate.pValue, alpha)}`;
  if (!tree) return `It is not shown that ${arm} changes ${metric} more for some units than for others in a way that can be told beforehand: ${gains}. So there is no rule for some of them; ship to all or to nobody.`;
  const rule = tree.overNone === null ? 'The best rule found treats nobody.' : tree.overAll === null ? 'The best rule found still treats everybody.' : `The rule below treats ${formatShare(Number(tree.treatedShare.toFixed(3)))} of units.`;
  const net = cost > 0 ? ` Its gains are net of a cost of ${formatValue(cost, unit)} for each unit that is treated.` : '';
  return `${arm} changes ${metric} more for some units than for others, and who they are can be told beforehand: ${gains}. ${rule}${net}`;
}

const gainText = ({ estimate, interval }: GainEstimate, unit: string | undefined): string => `${formatDifference(estimate, unit)} (${intervalText(interval, unit)})`;
const intervalText = ({ lower, upper }: { readonly lower: number | null; readonly upper: number | null }, unit: string | undefined): string => `${formatDifference(lower!, unit)} to ${formatDifference(upper!, unit)}`;

function noteOf({ answer, available, read, rowsDigest }: EffectForest, isLinearised: boolean): string {
  const sampled = read < available ? `${formatCounted(read, 'unit')} of ${formatCount(available)} were read, a sample by a hash of the unit. ` : '';
  if (answer.status === 'refused') return `${sampled}This informs and is no part of the verdict.`;
  const trimmed = answer.trimmedShare > 0 ? ` ${formatShare(answer.trimmedShare)} of units were left out, whose arm the covariates all but tell.` : '';
  return `${sampled}${formatCount(answer.learned)} units taught the ranking, ${formatCount(answer.judged)} others judged it${answer.tree ? `, and ${formatCount(answer.valued)} with no say in it value the rule` : ''}. It looked at ${formatList(answer.covariates.map(({ name }) => name))}.${trimmed} Gains are in the better direction of the metric${isLinearised ? ', those of a unit what it moves of the metric at first order' : ''}. This holds for one reading, at the planned end; it informs and is no part of the verdict, and a replay does not make it again, since units are not stored (rows ${rowsDigest.slice(0, 12)}).`;
}

function branchOf(nodes: NonNullable<Found['tree']>['nodes'], place: number, question: string | null, unit: string | undefined): Branch {
  const { feature, threshold, level, yes, no, isTreated, share, gain } = nodes[place]!;
  const units = `${formatShare(Number(share.toFixed(3)))} of units`;
  const gained = gain ? `, gain ${gainText(gain, unit)}` : '';
  const says = isTreated === null ? units : `${isTreated ? 'ship' : 'do not ship'} to ${units}${gained}`;
  const [is, isNot] = feature === null ? ['', ''] : answersTo(feature, threshold, level);
  return { question: question ?? (feature === null ? 'everybody' : null), says, isTreated, children: feature === null ? [] : [branchOf(nodes, yes!, is, unit), branchOf(nodes, no!, isNot, unit)] };
}

const answersTo = (feature: string, threshold: number | null, level: string | null): readonly [string, string] =>
  (level === null ? [`${feature} at most ${formatValue(threshold!)}`, `${feature} above ${formatValue(threshold!)}`]
    : level === '(none)' ? [`${feature} missing`, `${feature} known`] : [`${feature} is ${level}`, `${feature} is not ${level}`]);

function valuesOf({ overNone, overAll, allOverNone }: NonNullable<Found['tree']>, arm: string, unit: string | undefined): TargetingModel['values'] {
  const row = (what: string, gain: GainEstimate | null, otherwise: string) =>
    (gain ? [what, formatDifference(gain.estimate, unit), intervalText(gain.interval, unit), formatPValue(gain.pValue)] as const : [what, '0', otherwise, '—'] as const);
  return [
    row('The rule, against shipping to nobody', overNone, 'the rule ships to nobody'),
    row('The rule, against shipping to all', overAll, 'the rule ships to all'),
    row(`${arm} for all, against shipping to nobody`, allOverNone, ''),
  ];
}

const endOf = (level: string | null, value: number | null): string => (value === null ? '—' : level === null ? formatValue(value) : `${level}: ${formatShare(value)}`);

function curveOf({ curve, rate }: Found, { metric, arm, unit, level }: About & { readonly level: string }): CurveModel {
  return {
    points: curve, level, unit,
    label: `Mean gain in ${metric} by ${arm} of those ranked highest, beyond the mean gain of all, by the share treated; area ${gainText(rate, unit)}.`,
    caption: `Gain of those ranked highest, beyond the average of all, with its ${level}. Zero everywhere: the ranking is worth nothing.`,
    rows: curve.filter((_, i) => (i + 1) % EVERY === 0).map(({ fraction, estimate, ...interval }) => [formatShare(fraction), formatDifference(estimate, unit), intervalText(interval, unit)] as const),
  };
}
