import type { Corrected, Correction } from './correction.js';
import { holm } from './holm.js';

/**
 * Serial gatekeeping: Holm within each tier, at the full alpha, once every row of the tiers before is rejected. Family-wise error
 * rate under any dependence.
 *
 * Rows of the first tier that is not wholly rejected get Holm's sets; of the rejected tiers before it only the side of the null is
 * known; of the tiers behind it nothing. When all rows are rejected, every row gets the Bonferroni interval, cut at the null.
 * @see Westfall, Krishen (2001), J. Statistical Planning and Inference 99; Strassburger, Bretz (2008), Statistics in Medicine 27(24)
 */
export const gatekeeping: Correction<'gatekeeping'> = {
  name: 'gatekeeping',
  title: 'serial gatekeeping by tiers, Holm within a tier',
  controls: 'family-wise error rate over all tiers: a tier is tested when every row of the tiers before it is rejected',
  references: ['Westfall, Krishen (2001), Journal of Statistical Planning and Inference 99', 'Strassburger, Bretz (2008), Statistics in Medicine 27(24)'],
  correct(pValues, alpha, tiers) {
    const m = pValues.length;
    const out: Mutable = { pValues: new Array<number>(m), rejected: new Array<boolean>(m), levels: new Array<number>(m), reach: new Array(m) };
    let gate = 0;
    for (const rows of rowsByTier(m, tiers)) {
      const isOpen = gate <= alpha;
      const tier = holm.correct(rows.map((row) => pValues[row]!), alpha);
      for (const [i, row] of rows.entries()) {
        out.pValues[row] = Math.max(gate, tier.pValues[i]!);
        out.rejected[row] = isOpen && tier.rejected[i]!;
        out.levels[row] = tier.rejected[i]! ? alpha / m : tier.levels[i]!;
        out.reach[row] = isOpen ? 'open' : 'line';
      }
      gate = Math.max(gate, ...rows.map((row) => out.pValues[row]!));
    }
    return m === 1 || out.rejected.every(Boolean) ? { ...out, reach: out.reach.map(() => 'clip') } : out;
  },
};

interface Mutable { pValues: number[]; rejected: boolean[]; levels: number[]; reach: Corrected['reach'][number][] }

/** Row numbers of each tier, the first tier first; one tier when none are given. */
export function rowsByTier(m: number, tiers: readonly number[] | undefined): number[][] {
  if (tiers && tiers.length !== m) throw new Error(`gatekeeping needs one tier a row; got ${tiers.length} tiers of ${m} rows`);
  const rows = Array.from({ length: m }, (_, row) => row);
  if (!tiers) return m === 0 ? [] : [rows];
  return [...new Set(tiers)].sort((a, b) => a - b).map((tier) => rows.filter((row) => tiers[row] === tier));
}
