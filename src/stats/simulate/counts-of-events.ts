import { logGamma } from '../numeric/gamma.js';
import type { RandomStream } from '../numeric/random.js';
import { sortedQuantile } from '../summaries/sample-quantile.js';
import { bothArms, columnsOf, type ArmColumns, type TwoArmProcess } from './two-arm-truth.js';

const LIFT = 0.1;
/** Adjusted by nothing, by the same count before exposure, or by attributes of which one says nothing. */
export type CountCovariates = 'none' | 'pre' | 'attributes';

/** A count whose rate differs between units, and what is known of a unit with that rate. */
interface CountModel {
  readonly words: string;
  level(random: RandomStream): number;
  draw(random: RandomStream, level: number, factor: number): number;
  /** chances of 0, 1, 2, ... */
  chances(factor: number): readonly number[];
}

/** Orders: Poisson about gamma levels of shape 1/2, many zeros and a long tail. */
export const orders: CountModel = {
  words: 'a count, negative binomial of mean 2 and shape 0.5',
  level: (random) => random.gamma(0.5, 4),
  draw: (random, level, factor) => random.poisson(level * factor),
  chances: (factor) => Array.from({ length: 400 }, (_, k) => Math.exp(logGamma(k + 0.5) - logGamma(0.5) - logGamma(k + 1) - 0.5 * Math.log1p(4 * factor) + k * Math.log((4 * factor) / (1 + 4 * factor)))),
};

/** Categories visited of six: light and heavy users. */
export const categoriesVisited: CountModel = {
  words: 'a distinct count of 6 categories, light and heavy users',
  level: (random) => (random.bernoulli(0.5) ? 0.5 : 0.12),
  draw: (random, level, factor) => {
    let count = 0;
    for (let c = 0; c < 6; c++) if (random.uniform() < level * factor) count++;
    return count;
  },
  chances: (factor) => [0, 1, 2, 3, 4, 5, 6].map((k) => [0.5, 0.12].reduce((sum, level) => sum + 0.5 * [1, 6, 15, 20, 15, 6, 1][k]! * (level * factor) ** k * (1 - level * factor) ** (6 - k), 0)),
};

const cappedMean = (chances: readonly number[], cap: number): number => chances.reduce((sum, chance, k) => sum + chance * Math.min(k, cap), 0);

/** @param cap a constant; or a quantile of all units of both arms, as it comes out in the sample */
export function countProcess(model: CountModel, units: number, covariates: CountCovariates, cap?: { readonly at: number } | { readonly quantile: number }): TwoArmProcess<ArmColumns> {
  const [control, treatment] = bothArms(LIFT, (factor) => model.chances(factor));
  const bound = cap === undefined ? Infinity : 'at' in cap ? cap.at : populationQuantile(control.map((chance, k) => (chance + treatment[k]!) / 2), cap.quantile);
  const known = { none: '', pre: ', with the same count before exposure', attributes: ', with three attributes' }[covariates];
  const bounded = cap === undefined ? '' : 'at' in cap ? `, capped at ${cap.at}` : `, winsorised at its ${cap.quantile} quantile over both arms`;
  return {
    words: `${model.words}${known}${bounded}; ${units} units an arm`,
    control: cappedMean(control, bound), treatment: cappedMean(treatment, bound),
    draw(random) {
      const arms = bothArms(LIFT, (factor) => drawArm(random, model, units, covariates, factor));
      if (cap === undefined) return arms;
      const limit = 'at' in cap ? cap.at : sampleQuantile(arms, cap.quantile);
      return [{ ...arms[0], y: arms[0]['y']!.map((value) => Math.min(limit, value)) }, { ...arms[1], y: arms[1]['y']!.map((value) => Math.min(limit, value)) }];
    },
  };
}

function drawArm(random: RandomStream, model: CountModel, units: number, covariates: CountCovariates, factor: number): ArmColumns {
  switch (covariates) {
    case 'none': return columnsOf(['y'], units, () => [model.draw(random, model.level(random), factor)]);
    case 'pre': return columnsOf(['y', 'x:y'], units, () => {
      const level = model.level(random);
      return [model.draw(random, level, factor), model.draw(random, level, 1)];
    });
    case 'attributes': return columnsOf(['y', 'x:level', 'x:age', 'x:noise'], units, () => {
      const level = model.level(random);
      return [model.draw(random, level, factor), Math.log1p(level) + random.uniform(), level * random.uniform(), random.uniform()];
    });
  }
}

function populationQuantile(chances: readonly number[], probability: number): number {
  let sum = 0;
  return chances.findIndex((chance) => (sum += chance) >= probability);
}

const sampleQuantile = (arms: readonly [ArmColumns, ArmColumns], probability: number): number =>
  sortedQuantile(Float64Array.from([...arms[0]['y']!, ...arms[1]['y']!]).sort(), probability);
