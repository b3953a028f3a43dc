import * as Plot from '@observablehq/plot';
import { formatDifference, formatShare } from '../../experiment/format.js';
import type { CurveModel } from '../targeting.js';
import type { ChartWidth } from './forest-plot.js';
import { domainOf } from './segments.js';
import { colours, svgOf } from './svg.js';

const SIZE = { wide: { width: 860, height: 260 }, narrow: { width: 360, height: 230 } } as const;

/** Targeting operator characteristic: the gain of those ranked highest beyond the average of all, by the share treated, with its band. */
export function targetingPlot({ points, unit, label }: CurveModel, width: ChartWidth): string {
  const domain = domainOf(points.flatMap(({ estimate, lower, upper }) => [estimate, lower, upper]));
  const clamp = (y: number) => Math.min(domain[1], Math.max(domain[0], y));
  const drawn = points.map(({ fraction, estimate, lower, upper }) => ({ fraction, estimate: clamp(estimate), lower: clamp(lower), upper: clamp(upper) }));
  return svgOf({
    ...SIZE[width],
    marginLeft: 76, marginRight: 16, marginTop: 12, marginBottom: 40,
    x: { domain: [0, 1], ticks: width === 'wide' ? 10 : 4, tickFormat: formatShare, tickSize: 0, label: 'share treated, highest predicted gain first', labelAnchor: 'center', labelArrow: 'none' },
    y: { domain, ticks: 5, tickFormat: (y: number) => formatDifference(Number(y.toPrecision(6)), unit), tickSize: 0, label: null },
    marks: [
      Plot.gridY({ stroke: colours.line, strokeOpacity: 1, ticks: 5 }),
      Plot.areaY(drawn, { x: 'fraction', y1: 'lower', y2: 'upper', fill: colours.ink, fillOpacity: 0.12, className: 'interval' }),
      Plot.ruleY([0], { stroke: colours.ink, strokeOpacity: 0.55, className: 'zero' }),
      Plot.lineY(drawn, { x: 'fraction', y: 'estimate', stroke: colours.ink, strokeWidth: 2, className: 'curve' }),
    ],
  }, label);
}
