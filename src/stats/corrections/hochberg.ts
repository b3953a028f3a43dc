import type { Correction } from './correction.js';
import { ascending } from './order.js';
import { stepwise } from './stepwise.js';

/**
 * Hochberg's step-up: family-wise error rate for independent or positively dependent p-values; rejects all that Holm does.
 *
 * Its simultaneous sets are those of a closed test, and as open as Holm's: with r >= 1 rows not rejected, those are bounded at
 * alpha / r against the side of their estimate (a step up would bound them closer still), and of a rejected row only its side
 * of the null is known. When all are rejected, each gets the Bonferroni interval, cut at the null.
 * @see Hochberg (1988), Biometrika 75(4); Guilbaud (2012), Biometrical J. 54(3)
 */
export const hochberg: Correction<'hochberg'> = {
  name: 'hochberg',
  title: 'Hochberg',
  controls: 'family-wise error rate, for independent or positively dependent p-values',
  references: ['Hochberg (1988), Biometrika 75(4)', 'Guilbaud (2012), Biometrical Journal 54(3)'],
  correct(pValues, alpha) {
    const m = pValues.length;
    const adjusted = new Array<number>(m);
    const order = ascending(pValues);
    let lowest = 1;
    for (let rank = m - 1; rank >= 0; rank--) {
      const row = order[rank]!;
      lowest = Math.min(lowest, (m - rank) * pValues[row]!);
      adjusted[row] = lowest;
    }
    return stepwise(adjusted, alpha);
  },
};
