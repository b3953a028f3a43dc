import type { CausalForest } from './causal-forest.js';
import { observationWeights } from './observation-weights.js';

/** Estimated propensities of one arm, and what weighting by them leaves of it. */
export interface ArmOverlap {
  readonly units: number;
  /** equally weighted units that would average as precisely: (sum of weights)^2 over the sum of their squares, weights one over the chance of this arm */
  readonly effectiveUnits: number;
  readonly lowest: number;
  readonly median: number;
  readonly highest: number;
  /** shares of units with a propensity in each tenth of [0, 1], shape (10) */
  readonly histogram: number[];
}

export interface OverlapReport {
  readonly control: ArmOverlap;
  readonly treated: ArmOverlap;
}

const BINS = 10;

/**
 * How alike the arms are: the distribution of the propensity in each, and its effective size under inverse-propensity weights.
 *
 * @returns null for a treatment that is not binary
 * @see Kish (1965), Survey Sampling; Austin, Stuart (2015), Statistics in Medicine 34(28)
 */
export function overlapReport(forest: CausalForest): OverlapReport | null {
  if (!forest.isBinary) return null;
  const { w, wHat } = forest;
  const weight = observationWeights(forest);
  const ofArm = (arm: number): ArmOverlap => {
    const rows = Int32Array.from(w.keys()).filter((row) => w[row] === arm);
    const sorted = Float64Array.from(rows, (row) => wHat[row]!).sort();
    const histogram = new Array<number>(BINS).fill(0);
    for (const e of sorted) histogram[Math.min(BINS - 1, Math.floor(BINS * e))]! += 1 / sorted.length;
    let sum = 0;
    let squares = 0;
    for (const row of rows) {
      const chance = arm === 1 ? wHat[row]! : 1 - wHat[row]!;
      // a chance of zero is beyond any bounds: such rows are refused or trimmed
      const each = chance > 0 ? weight[row]! / chance : 0;
      sum += each;
      squares += each * each;
    }
    return {
      units: rows.length, effectiveUnits: squares > 0 ? (sum * sum) / squares : 0,
      lowest: sorted[0]!, median: sorted[Math.floor(sorted.length / 2)]!, highest: sorted.at(-1)!, histogram,
    };
  };
  return { control: ofArm(0), treated: ofArm(1) };
}
