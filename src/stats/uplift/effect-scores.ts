import { refuse, type Refusal } from '../refusal.js';

/** Units of two arms, as a ranking of them is judged. */
export interface JudgedUnits {
  /** shape (n) */
  readonly outcome: Float64Array;
  /** 1 treated, 0 control, shape (n) */
  readonly treated: Uint8Array;
  /** sample weights, at least 0, shape (n) */
  readonly weight: Float64Array | null;
  /** chance of treatment of each unit, shape (n); null: randomised alike for all, at the share treated */
  readonly propensity: Float64Array | null;
  /** E[Y | X] under treatment and under control from models that did not see the unit, shape (n) each; null: the arms' means */
  readonly expected: { readonly treated: Float64Array; readonly control: Float64Array } | null;
}

/** Scores whose mean over any set of units that was chosen without their outcomes estimates the mean effect there. */
export interface EffectScores {
  /** in units of the outcome, shape (n) */
  readonly scores: Float64Array;
  /** where the propensity was estimated as the share treated: d score / d propensity, and W - share; null: it was not */
  readonly share: { readonly slopes: Float64Array; readonly residuals: Float64Array } | null;
}

/** Propensities beyond these would let few units decide. */
const PROPENSITY_BOUNDS = [0.01, 0.99] as const;
/** Errors of arms' means are not known below this. */
export const LEAST_ARM = 2;

/**
 * Augmented inverse-propensity scores: m1 - m0 + W / e (Y - m1) - (1 - W) / (1 - e) (Y - m0).
 *
 * Without outcome models m is the arm's (propensity-weighted) mean, which any experiment allows; with them, and a propensity for each unit, the
 * scores are doubly robust and serve observational data. Refuses propensities outside [0.01, 0.99] and fewer than 2 units with weight in an arm.
 * @see Robins, Rotnitzky, Zhao (1994), JASA 89
 */
export function effectScores({ outcome, treated, weight, propensity, expected }: JudgedUnits): EffectScores | Refusal {
  const [lowest, highest] = PROPENSITY_BOUNDS;
  const outside = propensity ? propensity.filter((e) => !(e >= lowest && e <= highest)).length : 0;
  if (outside > 0) {
    return refuse('no_overlap', `${outside} of ${outcome.length} units have a propensity outside [${lowest}, ${highest}]`, 'Leave out units that could hardly have been in the other arm, and say so.');
  }
  const arms = [armTotals(0), armTotals(1)] as const;
  const fewest = Math.min(arms[0].units, arms[1].units);
  if (fewest < LEAST_ARM) return refuse('too_few_units', `a ranking is judged by at least ${LEAST_ARM} treated and ${LEAST_ARM} control units; got ${arms[1].units} and ${arms[0].units}`, 'Collect units of both arms.');
  const shareTreated = arms[1].weight / (arms[0].weight + arms[1].weight);
  const meanOf = (arm: 0 | 1): number => arms[arm].outcome / arms[arm].inverse;
  const [controlMean, treatedMean] = [meanOf(0), meanOf(1)];
  const n = outcome.length;
  const scores = new Float64Array(n);
  const slopes = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const e = propensity ? propensity[i]! : shareTreated;
    const m1 = expected ? expected.treated[i]! : treatedMean;
    const m0 = expected ? expected.control[i]! : controlMean;
    const residual = treated[i] === 1 ? (outcome[i]! - m1) / e : (m0 - outcome[i]!) / (1 - e);
    scores[i] = m1 - m0 + residual;
    slopes[i] = treated[i] === 1 ? -residual / e : residual / (1 - e);
  }
  if (!scores.every(Number.isFinite)) return refuse('not_finite', 'effect scores overflow', 'Rescale the outcome.');
  return { scores, share: propensity ? null : { slopes, residuals: Float64Array.from(treated, (w) => w - shareTreated) } };

  function armTotals(arm: 0 | 1): { units: number; weight: number; inverse: number; outcome: number } {
    const totals = { units: 0, weight: 0, inverse: 0, outcome: 0 };
    for (let i = 0; i < outcome.length; i++) {
      const w = weight ? weight[i]! : 1;
      if (treated[i] !== arm || w === 0) continue;
      const e = propensity ? propensity[i]! : 1;
      const inverse = propensity ? w / (arm === 1 ? e : 1 - e) : w;
      totals.units++;
      totals.weight += w;
      totals.inverse += inverse;
      totals.outcome += inverse * outcome[i]!;
    }
    return totals;
  }
}
