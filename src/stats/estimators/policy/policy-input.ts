import { z } from 'zod';
import { doublyRobustScores } from '../../forest/doubly-robust-scores.js';
import { keepOverlap } from '../../forest/overlap.js';
import { EFFECT_DEFAULTS } from '../../forest/tuned-causal-forest.js';
import { isRefusal, type Refusal } from '../../refusal.js';
import { numerics, optionalCategory, optionalNumeric, OptionsError, type DataOf, type EstimationContext } from '../estimator.js';
import { forestInput, forestOptions, growForest } from '../forest/forest-input.js';

/** Columns from which rewards of actions come: given, or estimated from a treatment and an outcome. */
export const rewardRoles = {
  covariates: numerics('what the policy may look at; without missing values'),
  rewards: numerics('reward of each action, such as doubly robust scores; one column an action, in place of outcome and treatment'),
  outcome: optionalNumeric('outcome of each unit, more is better'),
  treatment: optionalNumeric('1 for treated and 0 for control units'),
  weight: optionalNumeric('sample weight of each unit, at least 0'),
  cluster: optionalCategory('units of one cluster count as one for errors, and share their fold'),
} as const;
type RewardColumns = DataOf<typeof rewardRoles>;

const { trees, minNodeSize, propensity, lowestPropensity, highestPropensity } = forestOptions;
export const rewardOptions = { trees, minNodeSize, propensity, lowestPropensity, highestPropensity } as const;
type RewardOptions = z.output<z.ZodObject<typeof rewardOptions>>;

/** Rewards of every action for every unit. */
export interface Rewards {
  readonly names: readonly string[];
  /** shape (n, actions) row-major */
  readonly values: Float64Array;
  readonly weight: Float64Array;
  readonly cluster: Int32Array | null;
}

/**
 * The given rewards; or 0 for control and the doubly robust score of a causal forest for treatment.
 * @throws OptionsError unless either rewards of two actions, or outcome and treatment are given, and when there is no covariate
 */
export async function rewardsOf(columns: RewardColumns, options: RewardOptions, context: EstimationContext): Promise<Rewards | Refusal> {
  const { covariates, rewards, outcome, treatment, cluster } = columns;
  if (covariates.length === 0) throw new OptionsError('columns.covariates must name at least one column: what the policy may look at', ['columns', 'covariates']);
  const isObserved = outcome !== undefined && treatment !== undefined;
  if ((outcome === undefined) !== (treatment === undefined) || (rewards.length > 0) === isObserved) {
    throw new OptionsError('columns must name either rewards, or both outcome and treatment', ['columns', 'rewards']);
  }
  if (rewards.length === 1) throw new OptionsError('columns.rewards must name a column for each of at least two actions, doing nothing among them', ['columns', 'rewards']);
  const n = covariates[0]!.values.length;
  const common = { weight: columns.weight?.values ?? new Float64Array(n).fill(1), cluster: cluster?.codes ?? null };
  if (!isObserved) {
    const actions = rewards.length;
    return { ...common, names: rewards.map(({ name }) => name), values: Float64Array.from({ length: n * actions }, (_, i) => rewards[i % actions]!.values[Math.floor(i / actions)]!) };
  }
  const scores = await forestScores({ ...columns, outcome, treatment }, options, context);
  if (isRefusal(scores)) return scores;
  return { ...common, names: ['control', 'treatment'], values: Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? 0 : scores[i >> 1]!)) };
}

/** What the forest behind the scores takes as it comes. */
const FOREST = { honestyFraction: EFFECT_DEFAULTS.honestyFraction, sampleFraction: 0.5, alpha: 0.05, mtry: null, equalizeClusters: false, beyondBounds: 'refuse', level: 0.95 } as const;

async function forestScores(
  { covariates, outcome, treatment, weight, cluster }: RewardColumns & { readonly outcome: NonNullable<RewardColumns['outcome']>; readonly treatment: NonNullable<RewardColumns['treatment']> },
  options: RewardOptions, context: EstimationContext,
): Promise<Float64Array | Refusal> {
  const input = forestInput({ outcome, treatment, covariates, categories: [], weight, cluster }, { ...FOREST, ...options }, context);
  const forest = await growForest(input, input.engineOptions);
  if (isRefusal(forest)) return forest;
  const kept = keepOverlap(forest, input.overlap, 'both');
  return isRefusal(kept) ? { ...kept, remedy: 'Leave these units out, or widen lowestPropensity and highestPropensity.' } : doublyRobustScores(input.engine, forest, context.signal ? { signal: context.signal } : {});
}
