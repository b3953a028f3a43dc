import { searchSegments, type Candidate, type HalfContrast } from '../../stats/heterogeneity/segment-search.js';
import { isRefusal } from '../../stats/refusal.js';
import { mergeMoments, type Moments } from '../../stats/summaries/moments.js';
import type { SegmentSearch } from '../analysis.js';
import { cellContrasts } from '../compare/cell-contrasts.js';
import { metricOutcomes, type MetricOutcome } from '../compare/metric-outcomes.js';
import { controlArm, treatmentArms, type Plan } from '../plan.js';
import type { FoldSummary, MetricSummary, SegmentValue, Summaries } from '../summaries.js';

/** Fewer units of an arm in a half of a part, or of the rest, and its variance is too uncertain to compare by. */
const LEAST_UNITS = 100;
/** Parts that one half of the units hands to the other. */
const HANDED = 10;
/** Parts that are shown beside those that are found. */
const SHOWN = 5;

/** A part of the units and what it says of the effect, in each half: inside, and outside. */
interface PartContrast {
  readonly metric: string;
  readonly arm: string;
  readonly parts: readonly SegmentValue[];
  /** in both arms and halves */
  readonly units: number;
  readonly halves: readonly [Half, Half] | null;
}
interface Half extends HalfContrast { readonly inside: number; readonly outside: number }

/**
 * Segments whose effect (the difference, in units of the metric) differs from that of all other units: values of attributes and
 * of pairs of them, over all searched metrics and treatment arms together. Null: the plan searches none.
 */
export async function segmentSearch(plan: Plan, summaries: Summaries): Promise<SegmentSearch | null> {
  const { heterogeneity } = plan;
  if (!heterogeneity || !summaries.folds) return null;
  const outcomes = await metricOutcomes(plan);
  const contrasts = summaries.folds.flatMap((fold) => {
    const summary = summaries.metrics.find(({ metric }) => metric === fold.metric)!;
    return treatmentArms(plan).flatMap(({ name }) => partContrasts(fold, summary, outcomes.get(fold.metric)!, controlArm(plan).name, name));
  });
  const { searched, segments } = searchSegments(contrasts satisfies readonly Candidate[], { fdr: heterogeneity.fdr, handed: HANDED });
  const found = segments.filter(({ isFound }) => isFound).length;
  return {
    searched, fdr: heterogeneity.fdr,
    segments: segments.slice(0, found + SHOWN).map(({ candidate, testedBy, interval, ...said }) => {
      const { metric, arm, parts, units, halves } = contrasts[candidate]!;
      const meanOver = (side: 'inside' | 'outside') => testedBy.reduce<number>((sum, half) => sum + halves![half]![side], 0) / testedBy.length;
      return { metric, arm, parts: [...parts], units, inside: meanOver('inside'), outside: meanOver('outside'), ...said, interval: { shape: 'interval', ...interval } };
    }),
  };
}

/** One contrast a value of each attribute and pair; of an attribute with two values one says all. */
function partContrasts({ metric, cells }: FoldSummary, summary: MetricSummary, outcome: MetricOutcome, control: string, treatment: string): PartContrast[] {
  const groupings = new Map<string, Map<string, { parts: readonly SegmentValue[]; cells: FoldSummary['cells'] }>>();
  for (const cell of cells) {
    const grouping = JSON.stringify(cell.parts.map(({ name }) => name));
    const values = JSON.stringify(cell.parts.map(({ value }) => value));
    const group = groupings.get(grouping) ?? new Map<string, { parts: readonly SegmentValue[]; cells: FoldSummary['cells'] }>();
    groupings.set(grouping, group);
    const part = group.get(values) ?? { parts: cell.parts, cells: [] };
    group.set(values, part);
    part.cells.push(cell);
  }
  return [...groupings.values()].flatMap((group) => {
    const parts = [...group.values()];
    if (parts.length < 2) return [];
    const momentsOf = (part: number, arm: string, fold: number): Moments | null => parts[part]!.cells.find((cell) => cell.arm === arm && cell.fold === fold)?.summary ?? null;
    const sides = [0, 1].map((fold) => [control, treatment].map((arm) => restOf(parts.map((_, part) => momentsOf(part, arm, fold)))));
    const halfOf = (part: number, fold: number): Half | null => {
      const inside = effectOf([momentsOf(part, control, fold), momentsOf(part, treatment, fold)]);
      const outside = inside && effectOf([sides[fold]![0]![part]!, sides[fold]![1]![part]!]);
      return inside && outside && { estimate: inside.estimate - outside.estimate, standardError: Math.hypot(inside.standardError, outside.standardError), inside: inside.estimate, outside: outside.estimate };
    };
    return parts.slice(0, parts.length === 2 ? 1 : parts.length).map(({ parts: values, cells: own }, part) => {
      const [a, b] = [halfOf(part, 0), halfOf(part, 1)];
      const units = own.filter(({ arm }) => arm === control || arm === treatment).reduce((sum, cell) => sum + cell.summary.n, 0);
      return { metric, arm: treatment, parts: values, units, halves: a && b ? [a, b] as const : null };
    });
  });

  function effectOf([c, t]: readonly [Moments | null, Moments | null]): HalfContrast | null {
    if (!c || !t || Math.min(c.n, t.n) < LEAST_UNITS) return null;
    const [contrast] = cellContrasts(summary, outcome, asCell(c), [asCell(t)]);
    return isRefusal(contrast) || isRefusal(contrast!.difference) ? null : contrast!.difference;
  }
}

const asCell = ({ n, columns, mean, scatter }: Moments) => ({ kind: 'moments' as const, n, columns: [...columns], mean: [...mean], scatter: scatter.map((row) => [...row]) });

/** Of each part the moments of all the others, from sums before and behind it. */
function restOf(parts: readonly (Moments | null)[]): (Moments | null)[] {
  const merged = (a: Moments | null, b: Moments | null): Moments | null => (a && b ? mergeMoments(a, b) : a ?? b);
  const before: (Moments | null)[] = [null];
  for (const part of parts) before.push(merged(before.at(-1)!, part));
  const rest = new Array<Moments | null>(parts.length).fill(null);
  let behind: Moments | null = null;
  for (let i = parts.length - 1; i >= 0; i--) {
    rest[i] = merged(before[i]!, behind);
    behind = merged(parts[i]!, behind);
  }
  return rest;
}
