import { chiSquareUpperTail } from '../numeric/incomplete-gamma.js';

/**
 * Are independent estimates of one effect? Their squared distances from the average that weighs them by precision, each over its variance.
 * @param estimates at least two, standard errors above 0 and taken as known
 * @see Cochran (1954), Biometrics 10(1)
 */
export function cochranQ(estimates: readonly { readonly estimate: number; readonly standardError: number }[]): { readonly statistic: number; readonly pValue: number } {
  const weights = estimates.map(({ standardError }) => 1 / standardError ** 2);
  const total = weights.reduce((a, b) => a + b, 0);
  const centre = estimates.reduce((sum, { estimate }, i) => sum + (weights[i]! / total) * estimate, 0);
  const statistic = estimates.reduce((sum, { estimate }, i) => sum + weights[i]! * (estimate - centre) ** 2, 0);
  return { statistic, pValue: chiSquareUpperTail(statistic, estimates.length - 1) };
}
