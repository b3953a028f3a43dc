import { refuse, type Refusal } from '../../refusal.js';
import { scaledToUnit, type Bounded } from './bounded-values.js';

/** Outcomes of two arms in the order in which units came, each assigned by an independent draw. */
export interface RandomisedOutcomes extends Bounded {
  /** true where the unit was treated, shape (n) */
  readonly isTreated: readonly boolean[];
  /** chance to be treated, in (0, 1), the same for all */
  readonly treatmentChance: number;
}

/**
 * Turns an experiment on a bounded outcome into one stream of bounded values whose mean is the average treatment effect:
 * residuals from the running mean, weighted by one over the chance of the arm. Feed it to `bettingSequence` or
 * `empiricalBernstein` for an effect that holds however often one looks.
 * @see Howard, Ramdas, McAuliffe, Sekhon (2021), Annals of Statistics 49(2), section 4.2
 */
export function randomisedDifference(data: RandomisedOutcomes): Bounded | Refusal {
  const { isTreated, treatmentChance } = data;
  const unit = scaledToUnit(data, 'randomised difference');
  if ('status' in unit) return unit;
  if (!(treatmentChance > 0 && treatmentChance < 1)) return refuse('no_overlap', `randomised difference needs a chance of treatment in (0, 1); got ${treatmentChance}`, 'Give the planned share of the treatment arm.');
  const width = data.highest - data.lowest;
  const bound = width / Math.min(treatmentChance, 1 - treatmentChance);
  const values = new Float64Array(unit.values.length);
  // the prediction before the first value is the middle of the bounds
  let sum = 0.5;
  for (let i = 0; i < values.length; i++) {
    const residual = width * (unit.values[i]! - sum / (i + 1));
    values[i] = isTreated[i] ? residual / treatmentChance : -residual / (1 - treatmentChance);
    sum += unit.values[i]!;
  }
  return { values, lowest: -bound, highest: bound };
}
