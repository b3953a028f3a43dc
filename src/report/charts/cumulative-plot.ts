import * as Plot from '@observablehq/plot';
import { formatLift, formatTick } from '../../experiment/format.js';
import type { TimelineModel } from '../model.js';
import type { ChartWidth } from './forest-plot.js';
import { domainOf } from './segments.js';
import { colours, svgOf } from './svg.js';

const SIZE = { wide: { width: 860, height: 240 }, narrow: { width: 360, height: 220 } } as const;

/** The lift of one metric in one arm as it stood at the end of each day, with its interval; unbounded days have no band. */
export function cumulativePlot(timeline: TimelineModel, width: ChartWidth): string {
  const points = timeline.points.map((point) => ({ ...point, date: new Date(`${point.day}T00:00:00Z`) }));
  const last = points.slice(-Math.ceil(points.length / 2));
  const [low, high] = domainOf([...last, points.at(-1)!].flatMap(({ estimate, lower, upper }) => [estimate, lower, upper]).filter((end) => end !== null));
  const clamp = (x: number) => Math.min(high, Math.max(low, x));
  const band = points.filter(({ lower, upper }) => lower !== null || upper !== null)
    .map((point) => ({ date: point.date, lower: clamp(point.lower ?? low), upper: clamp(point.upper ?? high) }));
  const line = points.filter(({ estimate }) => estimate >= low && estimate <= high);
  const end = points.at(-1)!;
  return svgOf({
    ...SIZE[width],
    marginLeft: 52, marginRight: width === 'wide' ? 64 : 16, marginTop: 12, marginBottom: 28,
    x: { type: 'utc', label: null, tickSize: 0, ticks: width === 'wide' ? 8 : 4 },
    y: { domain: [low, high], ticks: 5, tickFormat: formatTick, tickSize: 0, label: null },
    marks: [
      Plot.gridY({ stroke: colours.line, strokeOpacity: 1, ticks: 5 }),
      Plot.areaY(band, { x: 'date', y1: 'lower', y2: 'upper', fill: colours.ink, fillOpacity: 0.12, className: 'interval' }),
      Plot.ruleY([0], { stroke: colours.ink, strokeOpacity: 0.55, className: 'zero' }),
      Plot.lineY(line, { x: 'date', y: 'estimate', stroke: colours.ink, strokeWidth: 2, className: 'lift' }),
      ...(line.includes(end) ? [
        Plot.dot([end], { x: 'date', y: 'estimate', r: 4.5, fill: colours.ink, stroke: colours.page, strokeWidth: 1.5, className: 'estimate' }),
        ...(width === 'wide' ? [Plot.text([end], { x: 'date', y: 'estimate', text: (d: typeof end) => formatLift(d.estimate), textAnchor: 'start', dx: 10, fontSize: 13, fontWeight: 600, fill: colours.ink })] : []),
      ] : []),
    ],
  }, `Lift of ${timeline.metric} in ${timeline.arm} at the end of each day, ${points[0]!.day} to ${end.day}; at the end ${formatLift(end.estimate)}.`);
}
