import type { Analysis, SegmentSearch } from '../experiment/analysis.js';
import { formatCount, formatCounted, formatDifference, formatPValue, formatShare } from '../experiment/format.js';
import { html, type Markup } from './html/markup.js';

/** The search for segments that differ, as text. */
export interface HeterogeneityModel {
  readonly sentence: string;
  readonly note: string;
  readonly rows: readonly HeterogeneityRow[];
}
export interface HeterogeneityRow {
  readonly segment: string;
  readonly metric: string;
  readonly arm: string;
  readonly units: string;
  readonly inside: string;
  readonly outside: string;
  readonly interval: string;
  readonly adjustedPValue: string;
  readonly isFound: boolean;
}

export const HETEROGENEITY_HEADS = ['Segment', 'Metric', 'Arm', 'Units', 'Effect inside', 'Effect outside', 'Difference of the two', 'Adjusted p'] as const;

export function heterogeneityModel({ plan, heterogeneity }: Analysis): HeterogeneityModel | null {
  if (!heterogeneity) return null;
  const found = heterogeneity.segments.filter(({ isFound }) => isFound).length;
  const searched = `${formatCounted(heterogeneity.searched, 'segment')} with enough units`;
  return {
    sentence: found === 0
      ? `None of ${searched} is shown to have an effect of its own.`
      : `${formatCount(found)} of ${searched} ${found === 1 ? 'has' : 'have'} an effect of ${found === 1 ? 'its' : 'their'} own; of the segments called so, at most ${formatShare(heterogeneity.fdr)} are expected to be called wrongly.`,
    note: 'Each half of the units chose segments and the other half tested them, both ways; effects and intervals are of the half that did not choose. They hold for one reading, at the planned end: a search is no test to be watched.',
    rows: heterogeneity.segments.map((segment) => rowOf(segment, plan.metrics.find(({ name }) => name === segment.metric)?.unit)),
  };
}

const rowOf = ({ parts, metric, arm, units, inside, outside, interval, adjustedPValue, isFound }: SegmentSearch['segments'][number], unit: string | undefined): HeterogeneityRow => ({
  segment: parts.map(({ name, value }) => `${name} = ${value}`).join(', '),
  metric, arm,
  units: formatCount(units),
  inside: formatDifference(inside, unit),
  outside: formatDifference(outside, unit),
  interval: `${formatDifference(interval.lower!, unit)} to ${formatDifference(interval.upper!, unit)}`,
  adjustedPValue: formatPValue(adjustedPValue),
  isFound,
});

export const cellsOf = ({ segment, metric, arm, units, inside, outside, interval, adjustedPValue }: HeterogeneityRow): string[] =>
  [segment, metric, arm, units, inside, outside, interval, adjustedPValue];

export function heterogeneitySection({ sentence, note, rows }: HeterogeneityModel): Markup {
  return html`<section aria-labelledby="heterogeneity"><h2 id="heterogeneity">Segments that differ</h2>
<p>${sentence}</p>
${rows.length > 0 && html`<div class="scroll" role="region" aria-label="Table of segments that differ" tabindex="0"><table><thead><tr>${HETEROGENEITY_HEADS.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr><th scope="row">${row.isFound ? '● ' : ''}${row.segment}</th>${cellsOf(row).slice(1).map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`}
<p class="note">${note}</p></section>`;
}
