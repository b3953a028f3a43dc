import { isRefusal, type Refusal } from '../refusal.js';
import { growCausalForest, type CausalChoices, type CausalData, type CausalForest } from './causal-forest.js';
import type { EngineOptions, ForestEngine } from './forest-engine.js';
import { progressPart } from './progress-part.js';

/**
 * Grows a causal forest for each leaf size and keeps the one of least out-of-bag R-loss; nuisance forests are grown once.
 *
 * Larger leaves suit weak heterogeneity: errors of tau(x) fall, at the price of intervals that cover less where they are biased.
 * @param leafSizes values of minNodeSize, ascending; grf's 5 first
 * @see Nie, Wager (2021), Biometrika 108(2)
 */
export async function growTunedCausalForest(
  engine: ForestEngine, data: CausalData, choices: Omit<CausalChoices, 'minNodeSize'>, leafSizes: readonly [number, ...number[]], options: EngineOptions = {},
): Promise<CausalForest | Refusal> {
  const [first, ...others] = leafSizes;
  let best = await growCausalForest(engine, data, { ...choices, minNodeSize: first }, progressPart(options, 0, 2 / (1 + leafSizes.length)));
  for (const [i, minNodeSize] of others.entries()) {
    if (isRefusal(best)) return best;
    const { yHat, wHat } = best;
    const candidate = await growCausalForest(engine, { ...data, yHat, wHat }, { ...choices, minNodeSize }, progressPart(options, (2 + i) / (1 + leafSizes.length), (3 + i) / (1 + leafSizes.length)));
    if (!isRefusal(candidate) && rLoss(candidate) < rLoss(best)) best = candidate;
  }
  return best;
}

/** Mean squared residual of Y - yHat on tauHat (W - wHat), in squared units of y. */
export function rLoss({ y, w, yHat, wHat, tauHat, weight }: CausalForest): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    const g = weight ? weight[i]! : 1;
    sum += g * (y[i]! - yHat[i]! - tauHat[i]! * (w[i]! - wHat[i]!)) ** 2;
    total += g;
  }
  return sum / total;
}
