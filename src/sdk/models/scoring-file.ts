import { readBlocks, writeBlocks, type BlockArray } from '../../stats/forest/block-file.js';
import { withArrays, withoutArrays } from '../../stats/forest/forest-file.js';
import type { LocalCorrection } from '../../stats/forest/local-linear-effects.js';
import { concatenate, type PackedTrees } from '../../stats/forest/packed-trees.js';
import type { ScoringForest } from '../../stats/forest/scoring-forest.js';
import { refuse, type Refusal } from '../../stats/refusal.js';

const FORMAT = 'assay scoring forest';
/** Of a forest alone, and of one with what corrects it: who knows the first alone must not read the second. */
const PLAIN = 1;
const CORRECTED = 2;

/** A causal forest that scores, with what corrects its effects; null: nothing does. */
export interface SavedScoring {
  readonly forest: ScoringForest;
  readonly correction: LocalCorrection | null;
}

/** The forest without the rows that it was grown from, unless its effects are corrected by them: then their bins, residuals and the columns that effects slope along. */
export function saveScoringForest(forest: ScoringForest, correction: LocalCorrection | null): Uint8Array {
  const blocks: Record<string, BlockArray> = {};
  const trees: PackedTrees = { ...forest.trees, segments: [concatenate(forest.trees.segments)] };
  const header = { format: FORMAT, version: correction ? CORRECTED : PLAIN, forest: withoutArrays({ ...forest, trees }, 'forest', blocks) };
  return writeBlocks(correction ? { ...header, correction: withoutArrays(withoutTrees(correction), 'correction', blocks) } : header, blocks);
}

/** The trees are those of the forest, and of the rows and the plan only what the draws depend on. */
function withoutTrees({ features, penalty, model: { forest: { rows, plan }, y, w, x } }: LocalCorrection) {
  const { seed, forest, bagTrees, bagSize, treeSize, splitSize, rowsPerUnit, weight } = plan;
  return {
    features, penalty, y, w, x,
    rows: { rows: rows.rows, features: rows.features, bins: rows.bins, clusters: rows.clusters },
    plan: { seed, forest, bagTrees, bagSize, treeSize, splitSize, rowsPerUnit, weight },
  };
}

/** Reads what `saveScoringForest` wrote. Refuses anything else, and versions that this code does not know. */
export function loadScoringForest(bytes: Uint8Array): SavedScoring | Refusal {
  const file = readBlocks(bytes);
  const header = file?.header as { readonly format: string; readonly version: number; readonly forest: unknown; readonly correction?: unknown } | undefined;
  if (!file || header?.format !== FORMAT) return refuse('unsupported_combination', 'model.bin is cut short, or holds no causal forest', 'Train the model again.');
  if (header.version !== PLAIN && header.version !== CORRECTED) return refuse('unsupported_combination', `model.bin is of format ${header.version}; this version reads formats ${PLAIN} and ${CORRECTED}`, 'Train the model again.');
  const forest = withArrays(header.forest, file) as ScoringForest;
  if (header.version === PLAIN) return { forest, correction: null };
  const { features, penalty, y, w, x, rows, plan } = withArrays(header.correction, file) as ReturnType<typeof withoutTrees>;
  return { forest, correction: { features, penalty, model: { forest: { rows, plan, trees: forest.trees }, y, w, x } } };
}
