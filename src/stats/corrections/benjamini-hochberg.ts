import type { Correction } from './correction.js';
import { ascending } from './order.js';

/**
 * Benjamini and Hochberg's step-up: false discovery rate, for independent or positively dependent p-values.
 *
 * With R rows rejected, every row gets its interval at R alpha / m: among the rejected the expected share of intervals that
 * miss is at most alpha.
 * @see Benjamini, Hochberg (1995), JRSS B 57(1); Benjamini, Yekutieli (2005), JASA 100(469)
 */
export const benjaminiHochberg: Correction<'benjamini_hochberg'> = {
  name: 'benjamini_hochberg',
  title: 'Benjamini-Hochberg',
  controls: 'false discovery rate: the expected share of false rejections among rejections',
  references: ['Benjamini, Hochberg (1995), JRSS B 57(1)', 'Benjamini, Yekutieli (2005), JASA 100(469)'],
  correct(pValues, alpha) {
    const m = pValues.length;
    const adjusted = new Array<number>(m);
    let lowest = 1;
    const order = ascending(pValues);
    for (let rank = m - 1; rank >= 0; rank--) {
      const row = order[rank]!;
      lowest = Math.min(lowest, (m / (rank + 1)) * pValues[row]!);
      adjusted[row] = lowest;
    }
    const rejected = adjusted.map((p) => p <= alpha);
    const level = (Math.max(1, rejected.filter(Boolean).length) * alpha) / m;
    return { pValues: adjusted, rejected, levels: adjusted.map(() => level), reach: adjusted.map(() => 'keep') };
  },
};
