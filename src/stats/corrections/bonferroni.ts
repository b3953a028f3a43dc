import type { Correction } from './correction.js';

/** Bonferroni: family-wise error rate under any dependence, with the plainest intervals: each row at alpha / m. */
export const bonferroni: Correction<'bonferroni'> = {
  name: 'bonferroni',
  title: 'Bonferroni',
  controls: 'family-wise error rate: the chance of any false rejection in the family',
  references: ['Dunn (1961), JASA 56(293)'],
  correct(pValues, alpha) {
    const m = pValues.length;
    const adjusted = pValues.map((p) => Math.min(1, m * p));
    return {
      pValues: adjusted,
      rejected: adjusted.map((p) => p <= alpha),
      levels: pValues.map(() => alpha / m),
      reach: pValues.map(() => 'clip'),
    };
  },
};
