import { growCausalForest, type CausalData, type CausalForest } from '../forest/causal-forest.js';
import { doublyRobustScores } from '../forest/doubly-robust-scores.js';
import { predictEffects } from '../forest/effect-prediction.js';
import type { EngineOptions, ForestEngine } from '../forest/forest-engine.js';
import { rowsOf } from '../forest/heterogeneity-test.js';
import { keepOverlap } from '../forest/overlap.js';
import { progressPart } from '../forest/progress-part.js';
import { rankWeightedEffect, type RankWeightedEffect } from '../forest/rank-weighted-effect.js';
import { variableImportance } from '../forest/variable-importance.js';
import { planFolds } from '../learners/folds.js';
import type { PolicyEngine } from '../policy/policy-engine.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { gainProfile, type GainProfile } from './gain-profile.js';
import { targetingTree, type Target, type TargetingTree } from './targeting-tree.js';

export interface TargetingChoices {
  readonly trees: number;
  readonly seed: number;
  /** splits from the root of the policy tree to a leaf, at most */
  readonly depth: 1 | 2;
  /** of treating a unit, in units of y; gains of the tree are net of it */
  readonly cost: number;
  readonly level: number;
  /** half-samples of the bootstrap */
  readonly replicates: number;
  /** fractions at which the targeting curve is read, ascending in (0, 1] */
  readonly fractions: readonly number[];
  /** levels of each categorical feature by code, in the order of `data.categorical` */
  readonly levels: readonly (readonly string[])[];
}

/** Whom a treatment helps most, and what a rule that treats only some of them is worth; gains are in units of y, those of the tree net of its cost. */
export interface Targeting {
  /** area under the targeting operator characteristic, of units that the ranking was not learned from */
  readonly rate: RankWeightedEffect;
  /** who is in the quarter with the highest predicted gain, and who in the quarter with the lowest; by importance, highest first */
  readonly profile: readonly GainProfile[];
  /** null unless the ranking is shown to be worth something at 1 - level */
  readonly tree: TargetingTree | null;
  /** units that the ranking was learned from, that judged it, and that the tree was valued by */
  readonly units: { readonly learned: number; readonly judged: number; readonly valued: number };
  /** share of units left out because the covariates all but tell their arm, in [0, 1] */
  readonly trimmedShare: number;
}

/** Units of each arm that each third must have. */
const LEAST_IN_THIRD = 100;
/** The covariates may all but tell the arm of this share of units: chance does that. */
const MOST_TRIMMED = 0.02;

/**
 * Are effects of a randomised treatment heterogeneous, by whom, and would a rule pay?
 *
 * Three thirds of the units, by the seed: the first learns a causal forest that ranks the second, whose doubly robust scores judge the ranking (RATE,
 * AUTOC). Only when it is shown to be worth something a policy tree is learned from both, and valued by the third, which had no say in whether
 * there is a tree: its intervals are honest after the selection too.
 *
 * @param data a larger y is better; w is 0 or 1
 * Refuses fewer than 100 units of an arm in a third, more than 2 % of units without overlap, and what a causal forest refuses.
 * @see Yadlowsky, Fleming, Shah, Brunskill, Wager (2025), JASA; Athey, Wager (2021), Econometrica 89(1)
 */
export async function targeting(
  forests: ForestEngine, policies: PolicyEngine, data: CausalData, choices: TargetingChoices, options: EngineOptions = {},
): Promise<Targeting | Refusal> {
  const third = thirdsOf(data.w, choices.seed);
  if (isRefusal(third)) return third;
  const [teacher, judge] = [[0], [1, 2]].map((parts) => Int32Array.from(third.keys()).filter((row) => parts.includes(third[row]!)));
  const learned = await scored(forests, data, teacher!, choices, progressPart(options, 0, 0.35));
  if (isRefusal(learned)) return learned;
  const held = await scored(forests, data, judge!, choices, progressPart(options, 0.35, 0.95));
  if (isRefusal(held)) return held;
  const trimmed = learned.trimmed + held.trimmed;
  const trimmedShare = trimmed / data.y.length;
  if (trimmedShare > MOST_TRIMMED) {
    return refuse('no_overlap', `the covariates all but tell the arm of ${trimmed} of ${data.y.length} units (estimated propensity outside [${boundsOf(data.w).map((bound) => Number(bound.toPrecision(3))).join(', ')}])`,
      'Leave out covariates that were known only after exposure, or that were used to assign the arms.');
  }
  const judged = held.units.filter(({ row }) => third[row] === 1);
  const valued = held.units.filter(({ row }) => third[row] === 2);
  const gains = await predictEffects(forests, learned.forest, Object.fromEntries(data.features.map((name, j) => [name, Float64Array.from(judged, ({ row }) => data.x[j]![row]!)])), progressPart(options, 0.95, 1));
  if (isRefusal(gains)) return gains;
  const rate = rankWeightedEffect({ scores: Float64Array.from(judged, ({ score }) => score), priorities: gains.estimates }, { target: 'autoc', ...choices });
  if (isRefusal(rate)) return rate;
  const net = ({ row, score }: Target): Target => ({ row, score: score - choices.cost });
  const isFound = rate.estimate > 0 && rate.pValue < 1 - choices.level;
  const tree = isFound ? await targetingTree(policies, data, [...learned.units, ...judged].map(net), valued.map(net), choices, options.signal) : null;
  if (isRefusal(tree)) return tree;
  return {
    rate, tree, trimmedShare,
    profile: gainProfile(data, judged.map(({ row }) => row), gains.estimates, variableImportance(held.forest.trees, data.features.length), choices.levels),
    units: { learned: learned.units.length, judged: judged.length, valued: valued.length },
  };
}

/** Which third each row is in, shape (n). */
function thirdsOf(w: Float64Array, seed: number): Int32Array | Refusal {
  const folds = planFolds(w.length, { folds: 3, stratify: w }, seed);
  if (isRefusal(folds)) return folds;
  const treated = w.reduce((sum, each) => sum + each, 0);
  const fewest = Math.min(treated, w.length - treated);
  if (fewest < 3 * LEAST_IN_THIRD) {
    return refuse('too_few_units', `whom a treatment helps is learned from one third of the units and judged by the others, which needs at least ${3 * LEAST_IN_THIRD} units in each arm; one has ${fewest}`, 'Collect more units.');
  }
  return folds.fold;
}

/** Propensities that are weighted by: 0.01 to 0.99, or from a tenth of the share of a small arm. Arms are randomised, so that those outside are a fault, or chance. */
function boundsOf(w: Float64Array): readonly [number, number] {
  const share = w.reduce((sum, each) => sum + each, 0) / w.length;
  return [Math.min(0.01, share / 10), Math.max(0.99, 1 - (1 - share) / 10)];
}

interface Scored { readonly forest: CausalForest; readonly units: readonly Target[]; readonly trimmed: number }

/** A causal forest of these rows, with the doubly robust score of each that has overlap. */
async function scored(engine: ForestEngine, data: CausalData, rows: Int32Array, { trees, seed }: TargetingChoices, options: EngineOptions): Promise<Scored | Refusal> {
  const forest = await growCausalForest(engine, rowsOf(data, rows), { trees, seed }, options);
  if (isRefusal(forest)) return forest;
  const scores = await doublyRobustScores(engine, forest, options.signal ? { signal: options.signal } : {});
  if (isRefusal(scores)) return scores;
  const kept = keepOverlap(forest, { bounds: boundsOf(data.w), beyond: 'trim' }, 'both');
  if (isRefusal(kept)) return kept;
  return { forest, units: Array.from(kept.rows, (row) => ({ row: rows[row]!, score: scores[row]! })), trimmed: rows.length - kept.rows.length };
}
