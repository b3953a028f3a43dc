import { benjaminiHochberg } from './benjamini-hochberg.js';
import type { Correction } from './correction.js';

/**
 * e-BH: false discovery rate under any dependence, also when rows are stopped at different times. With k* the largest k for which
 * k rows have e-values of m / (k alpha) or more, those are rejected.
 *
 * On p = min(1, 1 / e) this is Benjamini-Hochberg's step-up: no threshold is below 1 / alpha, so nothing is lost by the cap. What
 * makes it valid under any dependence is that the p-values are reciprocals of e-values. Rejected or not, a row gets its interval
 * at R alpha / m, the false coverage rate of which is at most alpha under any dependence too.
 * @see Wang, Ramdas (2022), JRSS B 84(3); Xu, Wang, Ramdas (2024), Electronic J. Statistics 18(1) (intervals)
 */
export const eBenjaminiHochberg: Correction<'e_benjamini_hochberg'> = {
  name: 'e_benjamini_hochberg',
  title: 'e-BH',
  controls: 'false discovery rate under any dependence and any stopping, from e-values',
  references: ['Wang, Ramdas (2022), JRSS B 84(3)', 'Xu, Wang, Ramdas (2024), Electronic Journal of Statistics 18(1)'],
  reads: 'e_values',
  correct: (pValues, alpha) => benjaminiHochberg.correct(pValues, alpha),
};
