import { jointTest, type JointTest } from '../../effects/joint-test.js';
import { linearContrast } from '../../effects/linear-contrast.js';
import type { Effect } from '../../effects/effect.js';
import { isRefusal, type Refusal } from '../../refusal.js';
import type { Category, Numeric } from '../estimator.js';
import { factorialCells, termsOf, type Term } from '../factorial/cells.js';
import { assignmentIndependence } from './assignment-independence.js';

/** What two experiments that ran on the same units did to each other. */
export interface ExperimentPair {
  /** difference of differences, one a pair of treatment arms */
  readonly interactions: readonly { readonly term: Term; readonly effect: Effect }[];
  /** of no interaction at all */
  readonly test: JointTest;
  /** null where there are too few units to tell */
  readonly assignment: ReturnType<typeof assignmentIndependence>;
  /** names of the arms of each experiment, control first */
  readonly levels: readonly (readonly string[])[];
  /** effect of each arm of the first experiment at one arm of the second */
  effectAt(arm: number, other: number): Effect | Refusal;
  readonly units: number;
}

/** @param rows which units were in both experiments; absent: all */
export function experimentPair(outcome: Numeric, covariates: readonly Numeric[], pair: readonly [Category, Category], controls: readonly [string, string], rows?: (row: number) => boolean): ExperimentPair | Refusal {
  const found = factorialCells(outcome, covariates, pair, controls, rows);
  if (isRefusal(found)) return found;
  const terms = termsOf([0, 1], found.levels);
  const interactions: { term: Term; effect: Effect }[] = [];
  for (const term of terms) {
    const effect = linearContrast(found.cells, term.weights);
    if (isRefusal(effect)) return effect;
    interactions.push({ term, effect });
  }
  const test = jointTest(found.cells, terms.map(({ weights }) => weights));
  if (isRefusal(test)) return test;
  const [arms, others] = found.levels.map(({ length }) => length) as [number, number];
  return {
    interactions, test, levels: found.levels,
    assignment: assignmentIndependence(found.units, arms, others),
    effectAt: (arm, other) => linearContrast(found.cells, found.units.map((_, cell) => (cell === arm * others + other ? 1 : cell === other ? -1 : 0))),
    units: found.units.reduce((a, b) => a + b, 0),
  };
}
