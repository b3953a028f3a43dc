import { refuse, type Refusal } from '../refusal.js';
import type { CausalForest } from './causal-forest.js';

/** What to do with rows whose propensity is too close to 0 or 1 to weight by. */
export interface OverlapRule {
  /** propensities kept, e.g. [0.01, 0.99] */
  readonly bounds: readonly [number, number];
  readonly beyond: 'refuse' | 'trim';
}

export const defaultOverlap: OverlapRule = { bounds: [0.01, 0.99], beyond: 'refuse' };

/** Rows that an average is taken over. */
export interface Kept {
  readonly rows: Int32Array;
  /** share of the asked rows that were trimmed, in [0, 1] */
  readonly trimmedShare: number;
}

/** Which side of the propensity a target divides by. */
export type PropensitySide = 'both' | 'treated' | 'control' | 'neither';

/**
 * Rows whose propensity is within the bounds on the side(s) that matter.
 *
 * @param subset rows asked for; all of them unless told
 * Refuses when some are outside and the rule says so, and when trimming leaves fewer than two rows.
 */
export function keepOverlap(forest: Pick<CausalForest, 'wHat' | 'isBinary'>, rule: OverlapRule, side: PropensitySide, subset?: Int32Array): Kept | Refusal {
  const asked = subset ?? Int32Array.from(forest.wHat.keys());
  const [lowest, highest] = rule.bounds;
  const needsLow = side === 'both' || side === 'treated';
  const needsHigh = side === 'both' || side === 'control';
  return keepWhere(asked, rule, (row) => {
    if (!forest.isBinary) return true;
    const e = forest.wHat[row]!;
    return (!needsLow || e >= lowest) && (!needsHigh || e <= highest);
  });
}

/** Beyond this chance to rank a treated unit above a control unit, covariates tell the arm. */
const MOST_TOLD = 0.99;

/**
 * Refuses arms that propensities tell apart, however far from 0 and 1 a penalty holds them: no unit then has a like in the other arm.
 * @param wHat propensities by models that did not see the row, shape (n); @param w 0 or 1
 */
export function refuseToldArms(wHat: Float64Array, w: Float64Array): Refusal | null {
  const order = Int32Array.from(wHat.keys()).sort((a, b) => wHat[a]! - wHat[b]!);
  let [controls, won] = [0, 0];
  for (let i = 0; i < order.length;) {
    let [tiedControls, tiedTreated] = [0, 0];
    const value = wHat[order[i]!]!;
    for (; i < order.length && wHat[order[i]!] === value; i++) {
      if (w[order[i]!] === 1) tiedTreated++;
      else tiedControls++;
    }
    won += tiedTreated * (controls + tiedControls / 2);
    controls += tiedControls;
  }
  const told = won / (controls * (order.length - controls));
  return told > MOST_TOLD ? refuse('no_overlap',
    `the covariates tell the arm: a treated unit has a higher estimated propensity than a control unit in ${(100 * told).toFixed(1)} % of pairs`,
    'Leave out covariates that determine the treatment and not the outcome, or compare units that could have been in either arm.') : null;
}

/** Rows that are within the bounds, or a refusal as `keepOverlap` gives it. */
export function keepWhere(asked: Int32Array, { bounds, beyond }: OverlapRule, isWithin: (row: number) => boolean): Kept | Refusal {
  const rows = asked.filter(isWithin);
  const outside = asked.length - rows.length;
  const trimmedShare = asked.length > 0 ? outside / asked.length : 0;
  if (outside > 0 && beyond === 'refuse') {
    return refuse('no_overlap',
      `${outside} of ${asked.length} rows have an estimated propensity outside [${bounds.join(', ')}]`,
      'Trim them and say so (beyondBounds: trim), average by overlap where the estimator can (target: overlap), or widen lowestPropensity and highestPropensity.');
  }
  if (rows.length < 2) return refuse('too_few_units', `average effects need at least 2 rows with overlap; ${rows.length} are left`, 'Collect more units.');
  return { rows, trimmedShare };
}
