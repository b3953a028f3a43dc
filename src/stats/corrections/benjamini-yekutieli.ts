import { benjaminiHochberg } from './benjamini-hochberg.js';
import type { Correction } from './correction.js';

/** 1 + 1/2 + ... + 1/m: what the lack of any assumption on dependence costs. */
const harmonic = (m: number): number => {
  let sum = 0;
  for (let k = m; k >= 1; k--) sum += 1 / k;
  return sum;
};

/**
 * Benjamini and Yekutieli: false discovery rate under any dependence. Benjamini-Hochberg at alpha / (1 + 1/2 + ... + 1/m), and
 * so are its intervals.
 * @see Benjamini, Yekutieli (2001), Annals of Statistics 29(4); (2005), JASA 100(469)
 */
export const benjaminiYekutieli: Correction<'benjamini_yekutieli'> = {
  name: 'benjamini_yekutieli',
  title: 'Benjamini-Yekutieli',
  controls: 'false discovery rate under any dependence',
  references: ['Benjamini, Yekutieli (2001), Annals of Statistics 29(4)', 'Benjamini, Yekutieli (2005), JASA 100(469)'],
  correct(pValues, alpha) {
    const cost = harmonic(pValues.length);
    const plain = benjaminiHochberg.correct(pValues, alpha / cost);
    return { ...plain, pValues: plain.pValues.map((p) => Math.min(1, p * cost)) };
  },
};
