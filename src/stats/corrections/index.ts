import { benjaminiHochberg } from './benjamini-hochberg.js';
import { holm } from './holm.js';
import { none } from './none.js';

/** Every multiplicity correction, by the name a plan gives it. */
export const corrections = { none, holm, benjamini_hochberg: benjaminiHochberg } as const;
