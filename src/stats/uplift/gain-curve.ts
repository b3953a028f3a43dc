import type { EffectScores } from './effect-scores.js';
import { chanceWithin, middleOf, type Ranking } from './ranking.js';

/** A number with what each unit adds to its error: the error is the mean of `influence`, shape (n). */
export interface Estimated {
  readonly estimate: number;
  readonly influence: Float64Array;
}

/** Gain of treating the best of a ranking first: G(q) = E[effect x 1{among the first share q}], per unit of the population. */
export interface GainCurve {
  /** at a share q in (0, 1] */
  gainAt(share: number): Estimated;
  /** AUUC: the integral of G over [0, 1] */
  area(): Estimated;
  /** G(1) */
  average(): Estimated;
}

/** The threshold of a share moves with the sample; the slope of G there is taken over this much of the curve, at least 2 n^(-1/3) and at most 0.2. */
const NARROWEST_WINDOW = 0.05;
const WIDEST_WINDOW = 0.2;

/**
 * The cumulative gain of a ranking and its influence functions.
 *
 * That ranks, the threshold of a share and the share treated are estimated is part of the errors; that the ranking was learned is not: it must
 * come from other units.
 * @see Yadlowsky, Fleming, Shah, Brunskill, Wager (2025), JASA: Qini is their RATE with weights q; Imai, Li (2023), JBES 41: G in experiments
 */
export function gainCurve({ scores, share }: EffectScores, ranking: Ranking): GainCurve {
  const n = scores.length;
  const { weight } = ranking;
  const corners = cornersOf(scores, ranking);
  const window = Math.min(WIDEST_WINDOW, Math.max(NARROWEST_WINDOW, 2 * n ** (-1 / 3))) / 2;

  /** Mean of weight x coefficient x score, with influence; `moved` is what a unit does to the others' coefficients. */
  const functional = (coefficient: (unit: number) => number, moved: (unit: number) => number): Estimated => {
    let estimate = 0;
    let slope = 0;
    for (let i = 0; i < n; i++) {
      const mass = weight[i]! * coefficient(i);
      estimate += mass * scores[i]!;
      if (share) slope += mass * share.slopes[i]!;
    }
    estimate /= n;
    slope /= n;
    const influence = scores.map((score, i) =>
      weight[i]! * (coefficient(i) * score - estimate + moved(i) + (share ? slope * share.residuals[i]! : 0)));
    return { estimate, influence };
  };

  return {
    gainAt(fraction) {
      const low = Math.max(0, fraction - window);
      const high = Math.min(1, fraction + window);
      const slope = (corners.at(high) - corners.at(low)) / (high - low);
      return functional((i) => chanceWithin(ranking, i, fraction), (i) => -slope * (chanceWithin(ranking, i, fraction) - fraction));
    },
    area() {
      const total = corners.area;
      return functional((i) => 1 - middleOf(ranking, i), (i) => corners.at(middleOf(ranking, i)) - total);
    },
    average: () => functional(() => 1, () => 0),
  };
}

/** a x first + b x second, influences and all. */
export function combine(a: number, first: Estimated, b: number, second: Estimated): Estimated {
  return { estimate: a * first.estimate + b * second.estimate, influence: first.influence.map((value, i) => a * value + b * second.influence[i]!) };
}

/** The curve between groups of equal scores, and its area. */
function cornersOf(scores: Float64Array, ranking: Ranking): { at(share: number): number; area: number } {
  const { order, to, weight } = ranking;
  const n = order.length;
  const shares = [0];
  const gains = [0];
  let gain = 0;
  let area = 0;
  for (let i = 0; i < n; i++) {
    const unit = order[i]!;
    gain += (weight[unit]! * scores[unit]!) / n;
    if (i + 1 < n && to[order[i + 1]!] === to[unit]) continue;
    area += ((to[unit]! - shares.at(-1)!) * (gain + gains.at(-1)!)) / 2;
    shares.push(to[unit]!);
    gains.push(gain);
  }
  const at = (share: number): number => {
    let low = 0;
    let high = shares.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (shares[middle]! < share) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return 0;
    const width = shares[low]! - shares[low - 1]!;
    return width > 0 ? gains[low - 1]! + ((share - shares[low - 1]!) / width) * (gains[low]! - gains[low - 1]!) : gains[low]!;
  };
  return { at, area };
}
