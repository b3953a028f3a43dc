import { bestOfDepthTwo } from './depth-two.js';
import type { PolicyEngine, PolicySearchOptions } from './policy-engine.js';
import { partition, largestPossible, type OrderedFeature, type PolicyProblem } from './policy-problem.js';
import type { PolicySearch, PolicyTree } from './policy-tree.js';

export interface DeepSearchLimits {
  /** first splits whose two sides are searched; each costs two searches of depth two */
  readonly nodeLimit: number;
}
const DEFAULT_NODE_LIMIT = 5000;

/** Cuts of one feature that were not tried yet, between two that were: positions in `cuts`. */
interface Interval { readonly index: number; readonly from: number; readonly to: number; readonly bound: number }

/** Cuts of a feature, with what the ranges of the units up to each add up to. */
interface Cuts { readonly feature: OrderedFeature; readonly levels: readonly number[]; readonly ranges: readonly number[] }

/**
 * Depth three by branch and bound over the first split.
 *
 * Moving a unit across the first split changes what the two sides are worth together by at most the range of its rewards, so a cut that was
 * tried bounds its neighbours. The cuts with the highest bound are tried first, each in the middle of its interval.
 */
export async function searchDeepTree(
  engine: PolicyEngine, problem: PolicyProblem, { nodeLimit = DEFAULT_NODE_LIMIT, signal }: PolicySearchOptions & Partial<DeepSearchLimits>,
): Promise<PolicySearch> {
  const ceiling = largestPossible(problem);
  let best = await bestOfDepthTwo(engine, problem, signal && { signal });
  const allCuts = problem.features.map((feature) => cutsOf(problem, feature));
  let open: Interval[] = allCuts.flatMap(({ levels }, index) => (levels.length > 0 ? [{ index, from: 0, to: levels.length - 1, bound: ceiling }] : []));
  for (let nodes = 0; nodes < nodeLimit; nodes++) {
    signal?.throwIfAborted();
    open = open.filter(({ bound }) => bound > best.value);
    const next = highest(open);
    if (!next) return { tree: best, gap: 0 };
    open.splice(open.indexOf(next), 1);
    const { feature, levels, ranges } = allCuts[next.index]!;
    const middle = (next.from + next.to) >> 1;
    const tree = await splitAt(engine, problem, feature, levels[middle]!, signal);
    if (tree.value > best.value) best = tree;
    const boundFrom = (cut: number) => Math.min(next.bound, tree.value + Math.abs(ranges[cut]! - ranges[middle]!));
    if (next.from < middle) open.push({ ...next, to: middle - 1, bound: boundFrom(next.from) });
    if (middle < next.to) open.push({ ...next, from: middle + 1, bound: boundFrom(next.to) });
  }
  return { tree: best, gap: Math.max(0, ...open.map(({ bound }) => bound - best.value)) };
}

function highest(open: readonly Interval[]): Interval | undefined {
  return open.reduce<Interval | undefined>((best, interval) => (best === undefined || interval.bound > best.bound ? interval : best), undefined);
}

async function splitAt(engine: PolicyEngine, problem: PolicyProblem, feature: OrderedFeature, level: number, signal?: AbortSignal): Promise<PolicyTree> {
  const sides = partition(problem, feature, level);
  const left = await bestOfDepthTwo(engine, sides.left, signal && { signal });
  const right = await bestOfDepthTwo(engine, sides.right, signal && { signal });
  return { kind: 'split', feature: feature.feature, threshold: feature.values[level]!, n: problem.n, value: left.value + right.value, left, right };
}

function cutsOf({ n, actions, scores, minLeaf }: PolicyProblem, feature: OrderedFeature): Cuts {
  const levels: number[] = [];
  const ranges: number[] = [];
  let range = 0;
  for (let i = 0; i < n - minLeaf; i++) {
    const unit = feature.order[i]!;
    const own = scores.subarray(unit * actions, (unit + 1) * actions);
    range += Math.max(...own) - Math.min(...own);
    if (i + 1 < minLeaf || feature.levels[unit] === feature.levels[feature.order[i + 1]!]) continue;
    levels.push(feature.levels[unit]!);
    ranges.push(range);
  }
  return { feature, levels, ranges };
}
