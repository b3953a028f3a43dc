import { logGamma } from '../numeric/gamma.js';

/**
 * Units that the mixture's weights are worth: it looks for splits that miss a half by about 0.5 / sqrt(1000), 1.6 % of all units,
 * and finds smaller ones with more units.
 */
const CONCENTRATION = 1000;

/**
 * Log e-value of "units fall on the arms by the weights": a Dirichlet mixture of multinomials, centred on the weights, against them.
 *
 * A martingale under the null, so that 1 / e, even of the largest e-value so far, is a p-value however often one looks.
 * @param units   shape (arms)
 * @param weights shape (arms), positive, sum to 1
 * @see Lindon, Malek (2022), Anytime-valid inference for multinomial count data, NeurIPS
 */
export function logMultinomialEValue(units: readonly number[], weights: readonly number[]): number {
  const total = units.reduce((sum, n) => sum + n, 0);
  const mixture = weights.reduce((sum, weight, i) => sum + logGamma(CONCENTRATION * weight + units[i]!) - logGamma(CONCENTRATION * weight), 0);
  const planned = weights.reduce((sum, weight, i) => sum + units[i]! * Math.log(weight), 0);
  return mixture - (logGamma(CONCENTRATION + total) - logGamma(CONCENTRATION)) - planned;
}
