import type { Plan } from '../plan.js';

/** True where each unit was randomised by itself, so that checks of units and day cohorts hold. */
export const areUnitsIndependent = ({ design }: Pick<Plan, 'design'>): boolean =>
  design?.kind !== 'cluster' && design?.kind !== 'switchback' && design?.kind !== 'paired';

/** What was randomised, in a word. */
export function randomisedNoun({ design }: Pick<Plan, 'design'>): string {
  switch (design?.kind) {
    case 'cluster': return 'cluster';
    case 'switchback': return 'block';
    case 'paired': return 'pair';
    default: return 'unit';
  }
}
