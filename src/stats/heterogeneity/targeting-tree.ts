import type { CausalData } from '../forest/causal-forest.js';
import { learnPolicy, type PolicyTask } from '../policy/learn-policy.js';
import type { PolicyEngine, PolicySearchOptions } from '../policy/policy-engine.js';
import { actionOf, type PolicyTree } from '../policy/policy-tree.js';
import { crossFittedPolicy, policyValue, type PolicyValue } from '../policy/policy-value.js';
import { isRefusal, type Refusal } from '../refusal.js';

/** A unit and the doubly robust score of its gain. */
export interface Target { readonly row: number; readonly score: number }

/** One node: a leaf says whether its units are treated; others ask about a covariate. */
export interface TargetingNode {
  readonly feature: string | null;
  /** units at or below it go to `yes`; null where a level is asked for, and in a leaf */
  readonly threshold: number | null;
  /** units of this level go to `yes`; null where a threshold is asked for, and in a leaf */
  readonly level: string | null;
  /** places of the children among the nodes; null in a leaf */
  readonly yes: number | null;
  readonly no: number | null;
  readonly isTreated: boolean | null;
  /** share of the valued units that reach the node, in [0, 1] */
  readonly share: number;
  /** mean gain by treatment of the valued units that reach it, in units of y; null of fewer than two */
  readonly gain: PolicyValue | null;
}

export interface TargetingTree {
  /** root first, children after their parents */
  readonly nodes: readonly TargetingNode[];
  /** units that it was learned from */
  readonly learned: number;
  /** share of the valued units that it treats, in [0, 1] */
  readonly treatedShare: number;
  /** per unit of all, in units of y: what is gained over treating nobody, and over treating everybody; null where the tree says just that */
  readonly overNone: PolicyValue | null;
  readonly overAll: PolicyValue | null;
  /** what treating everybody gains over treating nobody, by the same units */
  readonly allOverNone: PolicyValue;
}

/** Cuts that are tried of a numeric covariate: quantiles of the units that learn. */
const CUTS = 40;
/** Levels of a covariate that a tree may single out: the most frequent. */
const LEVELS = 12;
/** Share of the units that learn that each leaf has at least: a rule for fewer is not worth keeping. */
const LEAST_LEAF = 0.05;
/** What a missing value is called. */
const MISSING = '(none)';

/** A question that a tree may ask: units whose value is at or below the threshold go left. */
interface Question { readonly feature: string; readonly level: string | null; readonly valueOf: (row: number) => number; readonly cuts: Float64Array | null }

/**
 * The tree with the largest mean score among the units that learn, and what it is worth among those that value it. Levels by code.
 *
 * One question is asked unless two earn more than one by a standard error, by cross-fitting among the units that learn.
 */
export async function targetingTree(
  engine: PolicyEngine, data: CausalData, learning: readonly Target[], valuing: readonly Target[],
  { depth, levels, seed }: { readonly depth: 1 | 2; readonly levels: readonly (readonly string[])[]; readonly seed: number }, signal?: AbortSignal,
): Promise<TargetingTree | Refusal> {
  const questions = data.features.flatMap((name, j) => {
    const named = levels[data.categorical?.indexOf(j) ?? -1];
    return named ? levelQuestions(name, data.x[j]!, named, learning) : cutQuestions(name, data.x[j]!, learning);
  });
  const task: PolicyTask = {
    columns: questions.map(({ valueOf, cuts }) => Float64Array.from(learning, ({ row }) => (cuts ? cutAbove(cuts, valueOf(row)) : valueOf(row)))),
    rewards: rewardsOf(learning), actions: 2, depth: 1, minLeaf: Math.ceil(LEAST_LEAF * learning.length), constraints: [],
  };
  const search = signal ? { signal } : {};
  const paysDeep = depth === 1 ? false : await isDeeperBetter(engine, task, seed, search);
  if (isRefusal(paysDeep)) return paysDeep;
  const found = await learnPolicy(engine, { ...task, depth: paysDeep ? 2 : 1 }, search);
  if (isRefusal(found)) return found;
  const { tree } = found;
  const treats = Int32Array.from(valuing, ({ row }) => actionOf(tree, (feature) => questions[feature]!.valueOf(row)));
  const held = heldOut(rewardsOf(valuing));
  const treated = treats.reduce((sum, each) => sum + each, 0);
  const overNone = treated > 0 ? policyValue(held, treats, 0) : null;
  const overAll = treated < valuing.length ? policyValue(held, treats, 1) : null;
  const allOverNone = policyValue(held, new Int32Array(valuing.length).fill(1), 0);
  if (isRefusal(overNone)) return overNone;
  if (isRefusal(overAll)) return overAll;
  if (isRefusal(allOverNone)) return allOverNone;
  return { nodes: nodesOf(tree, questions, valuing), learned: learning.length, treatedShare: treated / valuing.length, overNone, overAll, allOverNone };
}

/** Folds that choose between one question and two. */
const FOLDS = 5;

async function isDeeperBetter(engine: PolicyEngine, task: PolicyTask, seed: number, search: PolicySearchOptions): Promise<boolean | Refusal> {
  const fewer = { ...task, minLeaf: Math.floor(task.minLeaf * (1 - 1 / FOLDS)) };
  const one = await crossFittedPolicy(engine, fewer, FOLDS, null, seed, search);
  if (isRefusal(one)) return one;
  const two = await crossFittedPolicy(engine, { ...fewer, depth: 2 }, FOLDS, null, seed, search);
  if (isRefusal(two)) return two;
  const gained = policyValue(heldOut(task.rewards), two.chosen, one.chosen);
  return isRefusal(gained) ? gained : gained.estimate > gained.standardError;
}

const heldOut = (rewards: Float64Array) => ({ rewards, actions: 2, weight: new Float64Array(rewards.length / 2).fill(1), cluster: null });

const rewardsOf = (units: readonly Target[]): Float64Array => Float64Array.from({ length: 2 * units.length }, (_, i) => (i % 2 === 0 ? 0 : units[i >> 1]!.score));

/** Levels as columns that are 1 at the others, so that the level goes left. */
function levelQuestions(feature: string, column: Float64Array, levels: readonly string[], learning: readonly Target[]): Question[] {
  const counts = new Float64Array(levels.length);
  let missing = 0;
  for (const { row } of learning) {
    if (Number.isNaN(column[row])) missing++;
    else counts[column[row]!]!++;
  }
  const frequent = Array.from(counts.keys()).filter((code) => counts[code]! > 0).sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, LEVELS);
  return [
    ...frequent.map((code) => ({ feature, level: levels[code]!, valueOf: (row: number) => (column[row] === code ? 0 : 1), cuts: null })),
    ...(missing > 0 ? [missingQuestion(feature, column)] : []),
  ];
}

/** A missing value goes with the median, and may be asked for itself; two values are levels. */
function cutQuestions(feature: string, column: Float64Array, learning: readonly Target[]): Question[] {
  const known = Float64Array.from(learning, ({ row }) => column[row]!).filter((value) => !Number.isNaN(value)).sort();
  if (known.length === 0) return [];
  const missing = known.length < learning.length ? [missingQuestion(feature, column)] : [];
  const [low, high] = [known[0]!, known.at(-1)!];
  if (known.every((value) => value === low || value === high)) return [{ feature, level: String(high), valueOf: (row) => (column[row] === high ? 0 : 1), cuts: null }, ...missing];
  const at = (share: number) => known[Math.min(known.length - 1, Math.floor(share * known.length))]!;
  const median = at(0.5);
  const cuts = Float64Array.from(new Set([...Array.from({ length: CUTS }, (_, i) => at((i + 1) / (CUTS + 1))), high])).sort();
  return [
    { feature, level: null, valueOf: (row) => (Number.isNaN(column[row]) ? median : column[row]!), cuts },
    ...missing,
  ];
}

const missingQuestion = (feature: string, column: Float64Array): Question => ({ feature, level: MISSING, valueOf: (row) => (Number.isNaN(column[row]) ? 0 : 1), cuts: null });

/** The smallest cut at or above a value that was learned from. */
function cutAbove(cuts: Float64Array, value: number): number {
  let [low, high] = [0, cuts.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cuts[middle]! >= value) high = middle; else low = middle + 1;
  }
  return cuts[low]!;
}

function nodesOf(tree: PolicyTree, questions: readonly Question[], valuing: readonly Target[]): TargetingNode[] {
  const nodes: TargetingNode[] = [];
  const add = (node: PolicyTree, units: readonly Target[]): number => {
    const place = nodes.length;
    const common = { share: units.length / valuing.length, gain: gainOf(units) };
    if (node.kind === 'leaf') {
      nodes.push({ feature: null, threshold: null, level: null, yes: null, no: null, isTreated: node.action === 1, ...common });
      return place;
    }
    const { feature, level, valueOf } = questions[node.feature]!;
    nodes.push({ feature, threshold: level === null ? node.threshold : null, level, yes: null, no: null, isTreated: null, ...common });
    const goesLeft = ({ row }: Target) => valueOf(row) <= node.threshold;
    const yes = add(node.left, units.filter(goesLeft));
    const no = add(node.right, units.filter((unit) => !goesLeft(unit)));
    nodes[place] = { ...nodes[place]!, yes, no };
    return place;
  };
  add(tree, valuing);
  return nodes;
}

function gainOf(units: readonly Target[]): TargetingNode['gain'] {
  const gain = policyValue(heldOut(rewardsOf(units)), new Int32Array(units.length).fill(1), 0);
  return isRefusal(gain) ? null : gain;
}
