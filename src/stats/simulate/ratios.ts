import { gammaLowerTail, gammaUpperTail } from '../numeric/incomplete-gamma.js';
import type { RandomStream } from '../numeric/random.js';
import { momentsOf, type Moments } from '../summaries/moments.js';
import { sortedQuantile } from '../summaries/sample-quantile.js';
import { bothArms, columnsOf, type ArmColumns, type TwoArmProcess } from './two-arm-truth.js';

/** Revenue over sessions: a user has 1 + negative binomial sessions, each worth an exponential amount of this mean. */
const WORTH = 3;
const LIFT = 0.08;
const MOST_SESSIONS = 200;

export type RatioReduction = 'none' | 'pre' | 'attributes' | 'capped' | 'capped, pre' | 'winsorised';
const CAP = 25;
const UPPER = 0.98;

const WORDS: Readonly<Record<RatioReduction, string>> = {
  none: '', pre: ', with both before exposure', attributes: ', with three attributes',
  capped: `, revenue of a user capped at ${CAP}`, 'capped, pre': `, revenue of a user capped at ${CAP}, with both before exposure`, winsorised: `, both winsorised at their ${UPPER} quantile over both arms`,
};

/** @param names of numerator and denominator */
export function ratioProcess(units: number, reduction: RatioReduction, names: readonly [string, string] = ['numerator', 'denominator']): TwoArmProcess<ArmColumns> {
  const { control, treatment } = truth(reduction);
  return {
    words: `revenue over sessions${WORDS[reduction]}; ${units} units an arm`,
    control, treatment,
    draw(random) {
      const arms = bothArms(LIFT, (factor) => drawArm(random, units, reduction, factor, names));
      if (reduction === 'capped') return [bounded(arms[0], [CAP, Infinity]), bounded(arms[1], [CAP, Infinity])];
      if (reduction === 'capped, pre') return [cappedBefore(arms[0]), cappedBefore(arms[1])];
      if (reduction !== 'winsorised') return arms;
      const limits = names.map((name) => sortedQuantile(Float64Array.from([...arms[0][name]!, ...arms[1][name]!]).sort(), UPPER));
      return [bounded(arms[0], limits), bounded(arms[1], limits)];
    },
  };

  /** A plan bounds the pre-period as it bounds the metric. */
  function cappedBefore(arm: ArmColumns): ArmColumns {
    return Object.fromEntries(Object.entries(arm).map(([name, values]) => [name, name.endsWith(names[0]) ? values.map((value) => Math.min(CAP, value)) : values]));
  }

  function bounded(arm: ArmColumns, limits: readonly number[]): ArmColumns {
    return Object.fromEntries(names.map((name, i) => [name, arm[name]!.map((value) => Math.min(limits[i]!, value))]));
  }
}

function drawArm(random: RandomStream, units: number, reduction: RatioReduction, factor: number, [numerator, denominator]: readonly [string, string]): ArmColumns {
  const isKnownBefore = reduction === 'pre' || reduction === 'capped, pre';
  const known = isKnownBefore ? [`x:${numerator}`, `x:${denominator}`] : reduction === 'attributes' ? ['x:level', 'x:past', 'x:noise'] : [];
  return columnsOf([numerator, denominator, ...known], units, () => {
    const level = random.gamma(2, 0.5);
    const sessions = 1 + random.poisson(2 * level);
    const own = [factor * random.gamma(sessions, WORTH), sessions];
    if (reduction === 'attributes') return [...own, Math.log(level) + random.uniform(), random.poisson(2 * level), random.uniform()];
    if (!isKnownBefore) return own;
    const past = 1 + random.poisson(2 * level);
    return [...own, random.gamma(past, WORTH), past];
  });
}

/** Revenue and sessions of units as they come, to be watched. */
export const moreSessions = (random: RandomStream, units: number): Moments => momentsOf(drawArm(random, units, 'none', 1, ['numerator', 'denominator']) as Record<string, Float64Array>);

/** Chance of k sessions, k from 0. */
const sessionChances = Array.from({ length: MOST_SESSIONS }, (_, k) => (k === 0 ? 0 : k * 0.5 ** (k + 1)));

/** The ratio of both arms. */
function truth(reduction: RatioReduction): { control: number; treatment: number } {
  if (reduction !== 'capped' && reduction !== 'capped, pre' && reduction !== 'winsorised') return { control: WORTH, treatment: WORTH * (1 + LIFT) };
  const [cap, most] = reduction !== 'winsorised' ? [CAP, Infinity] : [revenueQuantile(UPPER), sessionQuantile(UPPER)];
  const [control, treatment] = bothArms(LIFT, (factor) => {
    const scale = WORTH * factor;
    return over((k) => scale * k * gammaLowerTail(k + 1, cap / scale) + cap * gammaUpperTail(k, cap / scale)) / over((k) => Math.min(k, most));
  });
  return { control, treatment };
}

const over = (of: (sessions: number) => number): number => sessionChances.reduce((sum, chance, k) => (k === 0 ? sum : sum + chance * of(k)), 0);

function sessionQuantile(probability: number): number {
  let sum = 0;
  return sessionChances.findIndex((chance) => (sum += chance) >= probability);
}

function revenueQuantile(probability: number): number {
  const above = (value: number): number => bothArms(LIFT, (factor) => over((k) => gammaUpperTail(k, value / (WORTH * factor)))).reduce((a, b) => a + b, 0) / 2;
  let [low, high] = [0, 1e4];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (above(middle) > 1 - probability) low = middle;
    else high = middle;
  }
  return low;
}
