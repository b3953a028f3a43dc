import { normalCdf, normalUpperTail } from '../numeric/normal.js';
import type { RandomStream } from '../numeric/random.js';
import { momentsOf, type Moments } from '../summaries/moments.js';
import { buyerMoments, drawBinomial, normalMoments, withZeros } from './sufficient.js';
import { bothArms, columnsOf, type ArmColumns, type TwoArmProcess } from './two-arm-truth.js';

/** Revenue a user of a shop: most buy nothing, those who buy spend log-normally. */
const BUYERS = 0.05;
const LOG_MEAN = 3;
const LOG_SPREAD = 1.2;
const LIFT = 0.05;

const spend = (random: RandomStream, factor: number): number => factor * Math.exp(LOG_MEAN + LOG_SPREAD * random.normal());
const meanSpend = (factor: number): number => factor * Math.exp(LOG_MEAN + LOG_SPREAD ** 2 / 2);
/** Mean of the smaller of a spend and a cap. */
function cappedSpend(factor: number, cap: number): number {
  const distance = (Math.log(cap / factor) - LOG_MEAN) / LOG_SPREAD;
  return meanSpend(factor) * normalCdf(distance - LOG_SPREAD) + cap * normalUpperTail(distance);
}

/** Two normal arms of unequal size and spread: where Student's t with Welch's degrees of freedom is all but exact. */
export const normalProcess: TwoArmProcess<Moments> = {
  words: 'normal, standard deviations 2 and 1, 60 and 150 units',
  control: 4, treatment: 4.4,
  draw: (random) => [normalMoments(random, 60, 4, 2), normalMoments(random, 150, 4.4, 1)],
};

/** @param units of control and treatment */
export const revenueProcess = (units: readonly [number, number], lift = LIFT): TwoArmProcess<Moments> => ({
  words: `revenue: ${100 * BUYERS}% buy, log-normal spend of sigma ${LOG_SPREAD}; ${units.join(' and ')} units`,
  control: BUYERS * meanSpend(1), treatment: BUYERS * meanSpend(1 + lift),
  draw: (random) => [buyerMoments(random, units[0], BUYERS, () => spend(random, 1)), buyerMoments(random, units[1], BUYERS, () => spend(random, 1 + lift))],
});

/** Revenue of units as they come, to be watched: moments of the next `units` of an arm. */
export const moreRevenue = (random: RandomStream, units: number): Moments<'y'> => buyerMoments(random, units, BUYERS, () => spend(random, 1));

export const cappedRevenueProcess = (units: number, cap: number): TwoArmProcess<Moments> => ({
  words: `the same revenue capped at ${cap}; ${units} units an arm`,
  control: BUYERS * cappedSpend(1, cap), treatment: BUYERS * cappedSpend(1 + LIFT, cap),
  draw: (random) => bothArms(LIFT, (factor) => buyerMoments(random, units, BUYERS, () => Math.min(cap, spend(random, factor)))),
});

/** Winsorised at a quantile of all units of both arms, as it comes out in the sample. */
export function winsorisedRevenueProcess(units: number, upper: number): TwoArmProcess<Moments> {
  const bound = populationBound(upper);
  return {
    words: `the same revenue winsorised at its ${upper} quantile over both arms; ${units} units an arm`,
    control: BUYERS * cappedSpend(1, bound), treatment: BUYERS * cappedSpend(1 + LIFT, bound),
    draw(random) {
      const arms = bothArms(LIFT, (factor) => Float64Array.from({ length: drawBinomial(random, units, BUYERS) }, () => spend(random, factor)));
      const sorted = Float64Array.from([...arms[0], ...arms[1]]).sort();
      // zeros are the smallest values
      const position = (2 * units - 1) * upper - (2 * units - sorted.length);
      const below = Math.floor(position);
      const cap = sorted[below]! + (position - below) * (sorted[below + 1]! - sorted[below]!);
      return [winsorised(arms[0]), winsorised(arms[1])];

      function winsorised(values: Float64Array): Moments {
        return withZeros(momentsOf({ y: values.map((value) => Math.min(cap, value)) }), units - values.length);
      }
    },
  };
}

/** Where a share 1 - upper of the units of both arms lies above, by bisection. */
function populationBound(upper: number): number {
  const above = (bound: number, factor: number): number => BUYERS * normalUpperTail((Math.log(bound / factor) - LOG_MEAN) / LOG_SPREAD);
  let [low, high] = [1e-3, 1e6];
  for (let i = 0; i < 100; i++) {
    const middle = Math.sqrt(low * high);
    if ((above(middle, 1) + above(middle, 1 + LIFT)) / 2 > 1 - upper) low = middle;
    else high = middle;
  }
  return low;
}

/** Users differ in how much they spend, before and after exposure alike, which is why adjustment helps. */
const SPENDERS = 0.4;
const MEAN_SPEND = 30;

/** @param covariates pre: the same revenue before exposure; attributes: four of which one says nothing */
export const adjustedRevenueProcess = (units: number, covariates: 'pre' | 'attributes'): TwoArmProcess<ArmColumns> => ({
  words: `revenue with ${covariates === 'pre' ? 'the same revenue before exposure' : 'four attributes'}; ${SPENDERS * 100}% spend, exponential about a level of the user; ${units} units an arm`,
  control: SPENDERS * MEAN_SPEND, treatment: SPENDERS * MEAN_SPEND * (1 + LIFT),
  draw: (random) => bothArms(LIFT, (factor) => {
    const spent = (level: number): number => (random.bernoulli(SPENDERS) ? random.exponential(1 / (MEAN_SPEND * level)) : 0);
    return covariates === 'pre'
      ? columnsOf(['y', 'x:y'], units, () => {
        const level = random.gamma(2, 0.5);
        return [factor * spent(level), spent(level)];
      })
      : columnsOf(['y', 'x:level', 'x:past', 'x:member', 'x:noise'], units, () => {
        const level = random.gamma(2, 0.5);
        return [factor * spent(level), Math.log(level) + 0.5 * random.uniform(), spent(level), Number(random.uniform() < level / 4), random.uniform()];
      });
  }),
});
