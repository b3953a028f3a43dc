import type { Corrected, Correction } from './correction.js';
import { rowsByTier } from './gatekeeping.js';
import { holm } from './holm.js';

/** From level `from` on, a tier has `share` of it. */
interface Step { readonly from: number; readonly share: number }

/**
 * Parallel gatekeeping: a tier is tested as soon as any row of the tier before is rejected, with alpha times the share of rows
 * rejected there; Bonferroni within each tier, Holm within the last. Family-wise error rate under any dependence.
 *
 * A row that is not rejected is bounded, against the side of its estimate, at the level it was tested at; of one that is rejected
 * only its side of the null is known, unless all are; of a tier without alpha nothing.
 * @see Dmitrienko, Offen, Westfall (2003), Statistics in Medicine 22(15); Bretz, Maurer, Brannath, Posch (2009), Statistics in Medicine 28(4)
 */
export const parallelGatekeeping: Correction<'parallel_gatekeeping'> = {
  name: 'parallel_gatekeeping',
  title: 'parallel gatekeeping by tiers, Bonferroni within a tier, Holm within the last',
  controls: 'family-wise error rate over all tiers: a tier is tested with the alpha of the rows rejected in the tier before it',
  references: ['Dmitrienko, Offen, Westfall (2003), Statistics in Medicine 22(15)', 'Bretz, Maurer, Brannath, Posch (2009), Statistics in Medicine 28(4)'],
  correct(pValues, alpha, tiers) {
    const m = pValues.length;
    const adjusted = new Array<number>(m);
    const levels = new Array<number>(m);
    const reach = new Array<Corrected['reach'][number]>(m);
    const groups = rowsByTier(m, tiers);
    let steps: Step[] = [{ from: 0, share: 1 }];
    for (const [k, rows] of groups.entries()) {
      const own = rows.map((row) => pValues[row]!);
      const isLast = k === groups.length - 1;
      const needed = isLast ? holm.correct(own, alpha).pValues : own.map((p) => Math.min(1, rows.length * p));
      rows.forEach((row, i) => { adjusted[row] = smallestLevel(steps, needed[i]!); });
      const left = isLast ? rows.filter((row) => adjusted[row]! > alpha).length : rows.length;
      const level = (alpha * shareAt(steps, alpha)) / Math.max(1, left);
      for (const row of rows) {
        const isRejected = adjusted[row]! <= alpha;
        levels[row] = isRejected || level === 0 ? alpha / m : level;
        reach[row] = isRejected || level > 0 ? 'open' : 'line';
      }
      steps = sharesAfter(steps, rows.map((row) => adjusted[row]!));
    }
    const rejected = adjusted.map((p) => p <= alpha);
    return { pValues: adjusted, rejected, levels, reach: m === 1 || rejected.every(Boolean) ? reach.map(() => 'clip') : reach };
  },
};

/** The share of the last step at or below a level. */
const shareAt = (steps: readonly Step[], level: number): number => steps.reduce((share, step) => (step.from <= level ? step.share : share), 0);

/** The smallest alpha whose share reaches what a row needs; 1 when none does. */
const smallestLevel = (steps: readonly Step[], needed: number): number =>
  steps.reduce((least, { from, share }) => (share > 0 ? Math.min(least, Math.max(from, needed / share)) : least), 1);

/** What the next tier has at each level: the share of this tier times the share of its rows that are rejected there. */
function sharesAfter(steps: readonly Step[], adjusted: readonly number[]): Step[] {
  const levels = [...new Set([...steps.map(({ from }) => from), ...adjusted])].sort((a, b) => a - b);
  return levels.map((from) => ({ from, share: (shareAt(steps, from) * adjusted.filter((p) => p <= from).length) / adjusted.length }));
}
