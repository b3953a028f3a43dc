import type { Correction } from './correction.js';

/** Every row for itself. */
export const none: Correction<'none'> = {
  name: 'none',
  title: 'no correction',
  controls: 'the error rate of each row alone',
  references: ['Rothman (1990), Epidemiology 1(1)'],
  correct: (pValues, alpha) => ({
    pValues,
    rejected: pValues.map((p) => p <= alpha),
    levels: pValues.map(() => alpha),
    reach: pValues.map(() => 'clip'),
  }),
};
