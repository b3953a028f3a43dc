import { refuse, type Refusal } from '../refusal.js';
import { highestBins } from './binning.js';
import { readBlocks, writeBlocks } from './block-file.js';
import type { CausalForest } from './causal-forest.js';
import type { GrowthPlan } from './growth-plan.js';
import { concatenate } from './packed-trees.js';

const FORMAT = 'assay causal forest';
const VERSION = 1;

interface Header {
  readonly format: string;
  readonly version: number;
  readonly features: readonly string[];
  readonly settings: CausalForest['settings'];
  readonly plan: Omit<GrowthPlan, 'treatment' | 'outcome' | 'weight' | 'mtryCutoffs' | 'leafGrid'>;
  readonly rows: number;
  readonly trees: number;
  readonly isBinary: boolean;
  readonly effectScale: number;
  readonly isWeighted: boolean;
  readonly isClustered: boolean;
  /** cuts of each feature */
  readonly cuts: readonly number[];
}

/** A causal forest as bytes: the same forest gives the same bytes, whoever grew it. */
export function saveForest(forest: CausalForest): Uint8Array {
  const { plan, rows, trees, binning } = forest;
  const { treatment, outcome, weight, mtryCutoffs, leafGrid, ...planHeader } = plan;
  const header: Header = {
    format: FORMAT, version: VERSION, features: forest.features, settings: forest.settings, plan: planHeader, rows: rows.rows, trees: trees.trees,
    isBinary: forest.isBinary, effectScale: forest.effectScale, isWeighted: forest.weight !== null, isClustered: rows.clusters !== null,
    cuts: binning.cuts.map((cuts) => cuts.length),
  };
  return writeBlocks(header, {
    trees: concatenate(trees.segments),
    cuts: Float64Array.from(binning.cuts.flatMap((cuts) => [...cuts])),
    hasMissing: binning.hasMissing,
    bins: rows.bins,
    y: forest.y, w: forest.w, yHat: forest.yHat, wHat: forest.wHat, tauHat: forest.tauHat,
    sampleWeight: forest.weight ?? new Float64Array(0),
    clusterCodes: rows.clusters?.codes ?? new Int32Array(0),
    clusterSizes: rows.clusters?.sizes ?? new Int32Array(0),
    treatment, outcome, weight, mtryCutoffs, leafGrid,
  });
}

/** Reads what `saveForest` wrote. Refuses anything else, and a version that this code does not know. */
export function loadForest(bytes: Uint8Array): CausalForest | Refusal {
  const file = readBlocks(bytes);
  const header = file?.header as Header | undefined;
  if (!file || header?.format !== FORMAT) return refuse('unsupported_combination', 'this file is not a saved causal forest', 'Give a file that was saved as one.');
  if (header.version !== VERSION) {
    return refuse('unsupported_combination', `this causal forest was saved in format ${header.version}; this version reads format ${VERSION}`, 'Grow and save the forest again.');
  }
  const doubles = (name: string) => file.block(name, Float64Array);
  const hasMissing = file.block('hasMissing', Uint8Array);
  let at = 0;
  const allCuts = doubles('cuts');
  const cuts = header.cuts.map((count) => allCuts.slice(at, at += count));
  return {
    features: header.features, settings: header.settings, isBinary: header.isBinary, effectScale: header.effectScale,
    binning: { cuts, hasMissing },
    rows: {
      rows: header.rows, features: header.features.length, bins: shared(file.block('bins', Uint8Array)), hasMissing,
      highestBin: highestBins({ cuts, hasMissing }),
      clusters: header.isClustered ? { codes: file.block('clusterCodes', Int32Array), sizes: file.block('clusterSizes', Int32Array) } : null,
    },
    plan: {
      ...header.plan, treatment: file.block('treatment', Float32Array), outcome: file.block('outcome', Float32Array), weight: file.block('weight', Float32Array),
      mtryCutoffs: file.block('mtryCutoffs', Uint32Array), leafGrid: doubles('leafGrid'),
    },
    trees: { segments: [shared(file.block('trees', Uint8Array))], trees: header.trees, bagTrees: header.plan.bagTrees, leafValues: header.plan.leafValues },
    y: doubles('y'), w: doubles('w'), yHat: doubles('yHat'), wHat: doubles('wHat'), tauHat: doubles('tauHat'),
    weight: header.isWeighted ? doubles('sampleWeight') : null,
  };
}

/** Workers read bins and trees without a copy being sent. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
