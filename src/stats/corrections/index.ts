import { benjaminiHochberg } from './benjamini-hochberg.js';
import { benjaminiYekutieli } from './benjamini-yekutieli.js';
import { bonferroni } from './bonferroni.js';
import { eBenjaminiHochberg } from './e-benjamini-hochberg.js';
import { gatekeeping } from './gatekeeping.js';
import { hochberg } from './hochberg.js';
import { holm } from './holm.js';
import { none } from './none.js';
import { parallelGatekeeping } from './parallel-gatekeeping.js';

/** Every multiplicity correction, by the name a plan gives it. */
export const corrections = {
  none, bonferroni, holm, hochberg,
  benjamini_hochberg: benjaminiHochberg, benjamini_yekutieli: benjaminiYekutieli, e_benjamini_hochberg: eBenjaminiHochberg,
  gatekeeping, parallel_gatekeeping: parallelGatekeeping,
} as const;
