import type { Correction } from './correction.js';
import { ascending } from './order.js';
import { stepwise } from './stepwise.js';

/**
 * Holm's step-down: family-wise error rate under any dependence.
 *
 * Its simultaneous sets: with r >= 1 rows not rejected, those rows are bounded at alpha / r against the side of their
 * estimate, and what is known of a rejected row is its side of the null only. Far ends stay open: Holm spends all of alpha
 * on the nulls, and intervals closed at alpha / r would cover together in as little as 88 %. When all rows are rejected,
 * each gets the Bonferroni interval, cut at the null. A single row needs no correction and keeps its interval.
 * @see Holm (1979), Scand. J. Statistics 6(2); Strassburger, Bretz (2008), Statistics in Medicine 27(24); Guilbaud (2008), Biometrical J. 50(5)
 */
export const holm: Correction<'holm'> = {
  name: 'holm',
  title: 'Holm',
  controls: 'family-wise error rate: the chance of any false rejection in the family',
  references: ['Holm (1979), Scandinavian Journal of Statistics 6(2)', 'Strassburger, Bretz (2008), Statistics in Medicine 27(24)', 'Guilbaud (2008), Biometrical Journal 50(5)'],
  correct(pValues, alpha) {
    const m = pValues.length;
    const adjusted = new Array<number>(m);
    let highest = 0;
    ascending(pValues).forEach((row, rank) => {
      highest = Math.max(highest, Math.min(1, (m - rank) * pValues[row]!));
      adjusted[row] = highest;
    });
    return stepwise(adjusted, alpha);
  },
};
