import type { Effect } from '../effects/effect.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { errorsOver } from './clustered-error.js';
import type { EffectScores } from './effect-scores.js';
import { combine, gainCurve, type Estimated, type GainCurve } from './gain-curve.js';
import { rankUnits, type Ranking } from './ranking.js';

export interface RankingToJudge {
  readonly scores: EffectScores;
  /** treat the highest first, shape (n) */
  readonly score: Float64Array;
  readonly weight: Float64Array | null;
  readonly cluster: Int32Array | null;
  /** cost of treating each unit, in units of money, shape (n) */
  readonly cost: Float64Array | null;
  /** money per unit of the outcome */
  readonly value: number;
  /** shares treated at which curves are read, in (0, 1] */
  readonly fractions: readonly number[];
}

/** The curve at one share q of units treated, the highest scores first. */
export interface CurvePoint {
  readonly fraction: number;
  /** G(q) = E[effect x 1{among the first q}], in units of the outcome per unit of the population */
  readonly gain: Effect;
  /** q G(1): what treating as many at random gains */
  readonly random: number;
  /** G(q) - q G(1); null at q = 1, where it is 0 by definition */
  readonly overRandom: Effect | null;
  /** uplift@k = G(q) / q: mean effect among the treated */
  readonly uplift: Effect;
  /** value x G(q) - cost of treating them, money per unit of the population; null without costs */
  readonly net: Effect | null;
}

export interface JudgedRanking {
  /** AUUC - G(1) / 2: the area between G and random */
  readonly qini: Effect;
  /** integral of G over q in [0, 1] */
  readonly auuc: Effect;
  /** G(1): mean effect of treating all */
  readonly average: Effect;
  /** Qini of value x effect - cost; null without costs */
  readonly netQini: Effect | null;
  readonly points: readonly CurvePoint[];
}

/**
 * Gain curve, AUUC, Qini coefficient, uplift@k and net value of a ranking, each with its influence-function error over units or clusters.
 *
 * The one definition of Assay: areas are over the share treated in [0, 1], in units of the outcome per unit of the population, and nothing is
 * divided by a "perfect" curve, whose value depends on the outcomes at hand; `scikitUplift` and `causalml` give those packages' numbers.
 * Refuses a constant score, negative costs, and numbers without error.
 * @see Radcliffe (2007), Direct Marketing Analytics Journal; Yadlowsky and others (2025), JASA
 */
export function judgeRanking(given: RankingToJudge): JudgedRanking | Refusal {
  const ready = readyToJudge(given);
  if (isRefusal(ready)) return ready;
  const { ranking, errorOf } = ready;
  const curve = gainCurve(given.scores, ranking);
  const net = given.cost && gainCurve(netScores(given.scores, given.cost, given.value), ranking);
  const average = curve.average();
  const area = curve.area();
  const judged: JudgedRanking = {
    qini: errorOf(combine(1, area, -0.5, average)),
    auuc: errorOf(area),
    average: errorOf(average),
    netQini: net && errorOf(qiniOf(net)),
    points: given.fractions.map((fraction) => {
      const gain = curve.gainAt(fraction);
      const effect = errorOf(gain);
      return {
        fraction,
        gain: effect,
        random: fraction * average.estimate,
        overRandom: fraction === 1 ? null : errorOf(combine(1, gain, -fraction, average)),
        uplift: { ...effect, estimate: effect.estimate / fraction, standardError: effect.standardError / fraction },
        net: net && errorOf(net.gainAt(fraction)),
      };
    }),
  };
  return withoutError(judged) ?? judged;
}

/** Qini of two scores for the same units, and the first less the second, paired by unit. */
export interface ComparedRankings {
  readonly first: Effect;
  readonly second: Effect;
  readonly difference: Effect;
}

/**
 * Difference of two scores' Qini coefficients, which is also that of their AUUC; its error knows that both judge the same units.
 * Refuses what `judgeRanking` refuses, and scores that rank alike.
 */
export function compareRankings(given: RankingToJudge, rival: Float64Array): ComparedRankings | Refusal {
  const [first, second] = [readyToJudge(given), readyToJudge({ ...given, score: rival })];
  if (isRefusal(first)) return first;
  if (isRefusal(second)) return second;
  const [a, b] = [first, second].map(({ ranking }) => qiniOf(gainCurve(given.scores, ranking))) as [Estimated, Estimated];
  const compared = { first: first.errorOf(a), second: first.errorOf(b), difference: first.errorOf(combine(1, a, -1, b)) };
  return withoutError(compared) ?? compared;
}

export function qiniOf(curve: GainCurve): Estimated {
  return combine(1, curve.area(), -0.5, curve.average());
}

interface Ready { readonly ranking: Ranking; readonly errorOf: (number: Estimated) => Effect }

function readyToJudge({ score, weight, cluster, cost }: RankingToJudge): Ready | Refusal {
  if (score.every((value) => value === score[0])) {
    return refuse('zero_variance', `a ranking needs scores that differ; all ${score.length} are ${score[0]}`, 'Give scores of a model that tells units apart.');
  }
  if (weight && !weight.every((w) => w >= 0)) return refuse('unsupported_combination', 'sample weights must be at least 0', 'Leave out the units that should not count.');
  if (cost && !cost.every((c) => c >= 0)) return refuse('unsupported_combination', 'costs of treatment must be at least 0', 'Count what treating saves as value of the outcome.');
  const errorOf = errorsOver(cluster, score.length);
  return isRefusal(errorOf) ? errorOf : { ranking: rankUnits(score, weight), errorOf };
}

/** Scores of value x effect - cost. */
function netScores({ scores, share }: EffectScores, cost: Float64Array, value: number): EffectScores {
  return {
    scores: scores.map((score, i) => value * score - cost[i]!),
    share: share && { slopes: share.slopes.map((slope) => value * slope), residuals: share.residuals },
  };
}

function withoutError(answer: object): Refusal | null {
  const effects = Object.values(answer).flatMap((item) => (Array.isArray(item) ? item.flatMap((point) => Object.values(point as object)) : [item]));
  const errors = effects.filter((item): item is Effect => typeof item === 'object' && item !== null && 'standardError' in item);
  if (errors.some(({ estimate, standardError }) => !Number.isFinite(estimate) || !Number.isFinite(standardError))) {
    return refuse('not_finite', 'a ranking\'s gains overflow', 'Rescale outcome, costs or weights.');
  }
  if (errors.every(({ standardError }) => standardError > 0)) return null;
  return refuse('zero_variance', 'a ranking\'s gains have no error: effects do not vary, or two scores rank alike', 'Judge on units whose outcomes vary, and compare scores that rank differently.');
}
