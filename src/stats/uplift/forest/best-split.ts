import { UNSEEN_BIN } from '../../forest/binning.js';
import type { ArmCounts, SplitJudge } from './criteria.js';
import { BY_SET, MISSING_LEFT, SET_WORDS } from './uplift-tree.js';

export interface Split {
  readonly feature: number;
  readonly gain: number;
  readonly cut: number;
  readonly rule: number;
  /** bins that go left, when the rule is by set */
  readonly set: Uint32Array | null;
}

/** What children must keep. */
export interface ChildLimits {
  /** units of each child */
  readonly minLeaf: number;
  /** units of each arm in each child */
  readonly minArm: number;
}

/** A node's counts of one feature. */
export interface FeatureCounts {
  readonly feature: number;
  /** units by bin and cell, shape (bins, stride); a cell is 2 x arm + response */
  readonly cells: Int32Array;
  readonly stride: number;
  /** highest bin, after `coarsening` */
  readonly highest: number;
  /** bins were divided by 2 to this power */
  readonly coarsening: number;
  readonly hasMissing: boolean;
}

/** Looks for the best split of a node among features; kept from one node to the next. */
export interface SplitSearch {
  begin(node: ArmCounts): void;
  ordered(counts: FeatureCounts): void;
  byLevels(counts: FeatureCounts): void;
  best(): Split | null;
}

export function createSplitSearch(judge: SplitJudge, arms: number, { minLeaf, minArm }: ChildLimits): SplitSearch {
  const left: ArmCounts = new Int32Array(2 * arms);
  let node: ArmCounts = left;
  let total = 0;
  let found: Split | null = null;

  const isAllowed = (): boolean => {
    let units = 0;
    for (let k = 0; k < arms; k++) {
      const n = left[2 * k]!;
      if (n < minArm || node[2 * k]! - n < minArm) return false;
      units += n;
    }
    return units >= minLeaf && total - units >= minLeaf;
  };
  /** Adds a bin to the left child; false when the bin is empty. */
  const add = ({ cells, stride }: FeatureCounts, bin: number, sign: 1 | -1): boolean => {
    let units = 0;
    for (let k = 0, at = bin * stride; k < arms; k++, at += 2) {
      const responses = cells[at + 1]!;
      const n = cells[at]! + responses;
      left[2 * k]! += sign * n;
      left[2 * k + 1]! += sign * responses;
      units += n;
    }
    return units > 0;
  };
  /** The gain of the left child as it stands when it is the best so far, else 0. */
  const betterGain = (): number => {
    if (!isAllowed()) return 0;
    const gain = judge.gain(left);
    return gain > (found === null ? 0 : found.gain) ? gain : 0;
  };
  const judgeCut = (feature: number, cut: number, rule: number): void => {
    const gain = betterGain();
    if (gain > 0) found = { feature, gain, cut, rule, set: null };
  };

  return {
    begin(counts) {
      node = counts;
      total = 0;
      for (let k = 0; k < arms; k++) total += counts[2 * k]!;
      found = null;
    },

    ordered(counts) {
      const { feature, highest, coarsening, hasMissing } = counts;
      left.fill(0);
      const isMissing = hasMissing && add(counts, 0, 1);
      if (isMissing) {
        judgeCut(feature, 0, MISSING_LEFT);
        add(counts, 0, -1);
      }
      for (let bin = hasMissing ? 1 : 0; bin < highest; bin++) {
        if (!add(counts, bin, 1)) continue;
        const cut = ((bin + 1) << coarsening) - 1;
        judgeCut(feature, cut, 0);
        if (!isMissing) continue;
        add(counts, 0, 1);
        judgeCut(feature, cut, MISSING_LEFT);
        add(counts, 0, -1);
      }
    },

    byLevels(counts) {
      const levels = levelsByUplift(counts, arms, node);
      left.fill(0);
      levels.slice(0, -1).forEach((level, i) => {
        add(counts, level, 1);
        const gain = betterGain();
        if (gain > 0) found = { feature: counts.feature, gain, cut: 0, rule: BY_SET, set: setOf(levels, i + 1) };
      });
    },

    best: () => found,
  };

  /** Levels that the node does not have, and new ones, go with the larger child. */
  function setOf(levels: readonly number[], taken: number): Uint32Array {
    let units = 0;
    for (let k = 0; k < arms; k++) units += left[2 * k]!;
    const isLarger = 2 * units > total;
    const set = new Uint32Array(SET_WORDS);
    const right = new Set(levels.slice(taken));
    const chosen = new Set(levels.slice(0, taken));
    for (let bin = 0; bin <= UNSEEN_BIN; bin++) {
      if (isLarger ? !right.has(bin) : chosen.has(bin)) set[bin >> 5]! |= 1 << (bin & 31);
    }
    return set;
  }
}

/** Units of the node's rates that are added to a level's, so that small levels are not at the ends by chance. */
const LEVEL_SHRINKAGE = 10;

/** Levels of a node in the order of their response when treated less that of control, as ordered features have theirs given. */
function levelsByUplift({ cells, stride, highest }: FeatureCounts, arms: number, node: ArmCounts): number[] {
  const rate = (n: number, yes: number, prior: number): number => (yes + LEVEL_SHRINKAGE * prior) / (n + LEVEL_SHRINKAGE);
  let [treatedUnits, treatedYes] = [0, 0];
  for (let k = 1; k < arms; k++) {
    treatedUnits += node[2 * k]!;
    treatedYes += node[2 * k + 1]!;
  }
  const priors = [node[1]! / node[0]!, treatedYes / treatedUnits] as const;
  const levels: { level: number; uplift: number }[] = [];
  for (let level = 0; level <= highest; level++) {
    const at = level * stride;
    const control = { n: cells[at]! + cells[at + 1]!, yes: cells[at + 1]! };
    const treated = { n: 0, yes: 0 };
    for (let k = 1; k < arms; k++) {
      treated.n += cells[at + 2 * k]! + cells[at + 2 * k + 1]!;
      treated.yes += cells[at + 2 * k + 1]!;
    }
    if (control.n + treated.n > 0) levels.push({ level, uplift: rate(treated.n, treated.yes, priors[1]) - rate(control.n, control.yes, priors[0]) });
  }
  return levels.sort((a, b) => a.uplift - b.uplift || a.level - b.level).map(({ level }) => level);
}
