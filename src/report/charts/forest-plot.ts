import * as Plot from '@observablehq/plot';
import type { ConfidenceSet } from '../../stats/inference/inference.js';
import { formatTick } from '../../experiment/format.js';
import { ROLE_TITLES, rowsByRole, type EffectRow } from '../effect-rows.js';
import { domainOf, stretches, type Stretch } from './segments.js';
import { colours, svgOf } from './svg.js';

/** A wide picture names rows to the left and figures to the right; a narrow one names them above. */
export type ChartWidth = 'wide' | 'narrow';
const LAYOUT = {
  wide: { width: 860, rowHeight: 34, marginLeft: 210, marginRight: 96, labelDx: -210, labelDy: 0, figureDx: 96, characters: 30, refusalEms: 44 },
  narrow: { width: 360, rowHeight: 52, marginLeft: 8, marginRight: 8, labelDx: -8, labelDy: -17, figureDx: 8, characters: 32, refusalEms: 26 },
} as const;

interface Line { readonly key: string; readonly title?: string; readonly row?: EffectRow }

/**
 * Lifts with their intervals, one row each: thick for the row alone, thin for how near to no effect it reaches once corrected.
 *
 * A correction that speaks of the near side only leaves the far end open; it is drawn to the far end of the row alone.
 * The shaded side is harm beyond the margin of the row; a row that was refused holds its sentence.
 */
export function forestPlot(rows: readonly EffectRow[], width: ChartWidth, level: string): string {
  const layout = LAYOUT[width];
  const lines = linesOf(rows);
  const drawn = lines.flatMap(({ key, row }) => (row ? [{ key, row }] : []));
  const domain = domainOf(drawn.flatMap(({ row }) => endsOf(row)));
  const inside = (x: number) => x >= domain[0] && x <= domain[1];
  const own = drawn.flatMap(({ key, row }) => (row.estimate ? stretches(row.estimate.interval, domain).map((part) => ({ key, row, ...part })) : []));
  const simultaneous = drawn.flatMap(({ key, row }) => (row.estimate?.simultaneous ? stretches(closed(row.estimate.simultaneous, row.estimate.interval), domain).map((part) => ({ key, row, ...part })) : []));
  const harms = drawn.flatMap(({ key, row }) => harmOf(row, domain).map((harm) => ({ key, ...harm })));
  const refused = drawn.filter(({ row }) => !row.estimate);
  const points = drawn.flatMap(({ key, row }) => (row.estimate && inside(row.estimate.estimate) ? [{ key, row, x: row.estimate.estimate }] : []));
  const place = { y: 'key', frameAnchor: 'left', textAnchor: 'start', dx: layout.labelDx, dy: layout.labelDy } as const;

  return svgOf({
    width: layout.width,
    height: lines.length * layout.rowHeight + 34,
    marginLeft: layout.marginLeft, marginRight: layout.marginRight, marginTop: 4, marginBottom: 30,
    x: { domain, ticks: width === 'wide' ? 7 : 4, tickFormat: formatTick, tickSize: 0, label: null },
    y: { type: 'band', domain: lines.map(({ key }) => key), axis: null, padding: 0 },
    marks: [
      Plot.gridX({ stroke: colours.line, strokeOpacity: 1, ticks: width === 'wide' ? 7 : 4 }),
      Plot.rect(harms, { x1: 'from', x2: 'to', y: 'key', insetTop: 5 - layout.labelDy, insetBottom: 5, fill: colours.harm, fillOpacity: 0.1, className: 'harm' }),
      Plot.tickX(harms.filter(({ isEdge }) => isEdge), { x: 'margin', y: 'key', insetTop: 5 - layout.labelDy, insetBottom: 5, stroke: colours.harm, strokeOpacity: 0.6, strokeDasharray: '2 2', className: 'margin' }),
      Plot.ruleX([0], { stroke: colours.ink, strokeOpacity: 0.55, className: 'zero' }),
      bars(simultaneous, 1.5, 1, 'simultaneous'),
      bars(own, 6, 0.45, 'interval'),
      arrows(width, own),
      Plot.dot(points, { x: 'x', y: 'key', r: 4.5, dy: shift(width), fill: (d: (typeof points)[number]) => colourOf(d.row), stroke: colours.page, strokeWidth: 1.5, className: 'estimate' }),
      Plot.text(lines.filter(({ title }) => title), { ...place, dy: width === 'wide' ? 4 : 8, text: 'title', fill: colours.muted, fontSize: 11.5, fontWeight: 600 }),
      Plot.text(drawn, { ...place, text: (d: (typeof drawn)[number]) => labelOf(d.row, layout.characters), fill: colours.ink, fontSize: 13 }),
      Plot.text(drawn.filter(({ row }) => row.estimate), { y: 'key', frameAnchor: 'right', textAnchor: 'end', dx: layout.figureDx, dy: layout.labelDy, text: (d: (typeof drawn)[number]) => d.row.lift, fill: (d: (typeof drawn)[number]) => colourOf(d.row), fontSize: 13, fontWeight: 600, fontVariant: 'tabular-nums' }),
      Plot.text(refused, { y: 'key', frameAnchor: 'left', textAnchor: 'start', dx: 6, dy: shift(width), text: (d: (typeof refused)[number]) => d.row.refusal?.detail ?? 'no estimate', lineWidth: layout.refusalEms, textOverflow: 'ellipsis', fill: colours.muted, fontStyle: 'italic', fontSize: 12, stroke: colours.page, strokeWidth: 4, className: 'refusal' }),
    ],
  }, `Lifts with ${level} intervals. ${rows.map((row) => `${row.metric} in ${row.arm}${row.segmentValue === null ? '' : `, ${row.segmentValue}`}: ${row.refusal ? row.refusal.detail : `${row.lift}, ${row.interval}`}`).join('. ')}.`);

  function bars(parts: readonly (Stretch & { key: string; row: EffectRow })[], strokeWidth: number, strokeOpacity: number, className: string) {
    return Plot.link(parts, { x1: 'from', x2: 'to', y: 'key', dy: shift(width), stroke: (d: (typeof parts)[number]) => colourOf(d.row), strokeWidth, strokeOpacity, strokeLinecap: 'butt', className });
  }
}

/** Open ends of a simultaneous interval, taken from the interval of the row alone. */
const closed = (simultaneous: ConfidenceSet, own: ConfidenceSet): ConfidenceSet => (simultaneous.shape === 'interval' && own.shape === 'interval'
  ? { ...simultaneous, lower: simultaneous.lower ?? own.lower, upper: simultaneous.upper ?? own.upper }
  : simultaneous);

/** Rows of a narrow picture hold their name above, so what is drawn sits below the middle. */
const shift = (width: ChartWidth): number => (width === 'narrow' ? 8 : 0);

const colourOf = (row: EffectRow): string => ({ good: colours.good, bad: colours.bad, none: colours.ink })[row.finding];

function arrows(width: ChartWidth, parts: readonly (Stretch & { key: string; row: EffectRow })[]) {
  const heads = parts.flatMap((part) => [
    ...(part.arrowFrom ? [{ ...part, x: part.from, head: '◂' }] : []),
    ...(part.arrowTo ? [{ ...part, x: part.to, head: '▸' }] : []),
  ]);
  return Plot.text(heads, { x: 'x', y: 'key', dy: shift(width), text: 'head', fontSize: 16, fill: (d: (typeof heads)[number]) => colourOf(d.row), className: 'arrow' });
}

function linesOf(rows: readonly EffectRow[]): Line[] {
  const groups = rowsByRole(rows);
  return groups.flatMap(({ role, rows }) => [
    ...(groups.length > 1 ? [{ key: `title ${role}`, title: ROLE_TITLES[role] }] : []),
    ...rows.map((row, i) => ({ key: `row ${role} ${i}`, row })),
  ]);
}

const endsOf = ({ estimate, margin, better }: EffectRow): number[] => [
  ...(estimate ? [estimate.estimate, estimate.interval.lower, estimate.interval.upper].filter((end) => end !== null) : []),
  ...(margin === null ? [] : [better === 'increase' ? -margin : margin]),
];

/** The side of the plot where the row's loss is beyond its margin. */
function harmOf({ margin, better }: EffectRow, [low, high]: readonly [number, number]) {
  if (margin === null) return [];
  const edge = better === 'increase' ? -margin : margin;
  const [from, to] = better === 'increase' ? [low, Math.min(high, edge)] : [Math.max(low, edge), high];
  return from < to ? [{ from, to, margin: edge, isEdge: edge > low && edge < high }] : [];
}

function labelOf(row: EffectRow, characters: number): string {
  const name = [row.segmentValue, row.metric, ...(row.isArmNeeded ? [row.arm] : [])].filter((part) => part !== null).join(' · ');
  const marked = row.better === 'decrease' ? `${shortened(name, characters - 2)} ↓` : shortened(name, characters);
  return marked;
}

const shortened = (text: string, characters: number): string => {
  const letters = [...text];
  return letters.length > characters ? `${letters.slice(0, characters - 1).join('')}…` : text;
};
