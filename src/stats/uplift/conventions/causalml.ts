import type { RankedResponses } from './scikit-uplift.js';

type Height = (treated: number, treatedTotal: number, control: number, controlTotal: number) => number;

const liftHeight: Height = (treated, treatedTotal, control, controlTotal) => treatedTotal / treated - controlTotal / control;
const qiniHeight: Height = (treated, treatedTotal, control, controlTotal) => treatedTotal - (controlTotal * treated) / control;

/**
 * A curve at every unit, from 0, shape (n + 1): heights where an arm has no unit yet lie on a line between their neighbours.
 * Rows of equal score keep their order; CausalML's own sort leaves that open.
 */
function curveOf({ outcome, score, treated }: RankedResponses, height: Height): Float64Array {
  const n = outcome.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => score[b]! - score[a]! || a - b);
  const values = new Float64Array(n + 1);
  const totals = { treated: 0, treatedTotal: 0, controlTotal: 0 };
  order.forEach((unit, i) => {
    totals.treated += treated[unit]!;
    if (treated[unit] === 1) totals.treatedTotal += outcome[unit]!;
    else totals.controlTotal += outcome[unit]!;
    values[i + 1] = height(totals.treated, totals.treatedTotal, i + 1 - totals.treated, totals.controlTotal);
  });
  return interpolated(values);
}

function interpolated(values: Float64Array): Float64Array {
  let last = 0;
  for (let i = 1; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    for (let j = last + 1; j < i; j++) values[j] = values[last]! + ((values[i]! - values[last]!) * (j - last)) / (i - last);
    last = i;
  }
  return values;
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function scaled(values: Float64Array, normalize: boolean): Float64Array | null {
  const end = Math.abs(values.at(-1)!);
  if (!normalize) return values;
  return end === 0 ? null : values.map((value) => value / end);
}

/**
 * `auuc_score` of CausalML 0.18: mean height of the cumulative gain curve, mean difference x units, over 0, 1, .. n units; normalised by the
 * absolute height at its end. Null when that is zero.
 */
export function auucScore(ranked: RankedResponses, normalize = true): number | null {
  // lifts are filled in before they are multiplied by units
  const values = scaled(curveOf(ranked, liftHeight).map((lift, units) => lift * units), normalize);
  return values && mean(values);
}

/** `qini_score` of CausalML 0.18: mean height of its Qini curve less that of the line from 0 to the end. Null when normalised by an end of zero. */
export function qiniScore(ranked: RankedResponses, normalize = true): number | null {
  const values = scaled(curveOf(ranked, qiniHeight), normalize);
  return values && mean(values) - values.at(-1)! / 2;
}
