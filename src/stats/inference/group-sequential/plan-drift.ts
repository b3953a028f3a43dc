import { increasingRoot } from '../../numeric/increasing-root.js';
import { normalUpperQuantile } from '../../numeric/normal.js';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { boundaryOf, failureUnderPlan, type BoundaryDesign, type Futility } from './boundary.js';
import { spentBy } from './spending.js';

/**
 * The effect, as expected standardised statistic at the planned information, that a design with futility stopping detects with
 * power 1 - beta when looked at as planned: then both boundaries meet at the last look.
 * @param looks information at the planned looks, the last at the planned information
 */
export function planDrift(design: Omit<BoundaryDesign, 'futility'>, futility: Omit<Futility, 'drift'>, looks: readonly number[]): number | Refusal {
  const fixed = normalUpperQuantile(design.alpha) + normalUpperQuantile(futility.beta);
  const before = looks.length > 1 ? spentBy(futility.spending, futility.beta, looks.at(-2)! / design.plannedInformation) : 0;
  const surplus = (drift: number): number => {
    const state = boundaryOf({ ...design, futility: { ...futility, drift } }, looks);
    return isRefusal(state) ? NaN : futility.beta - before - failureUnderPlan(state);
  };
  const drift = increasingRoot(surplus, fixed * 1.1, fixed * 0.1);
  return drift ?? refuse('numerical_failure', 'plan drift was not found: the boundaries of this design never meet', 'Check that looks grow and end at the planned information, and that the test is one-sided.');
}
