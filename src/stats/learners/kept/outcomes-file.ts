import { readBlocks, writeBlocks, type BlockArray } from '../../forest/block-file.js';
import { withArrays, withoutArrays } from '../../forest/forest-file.js';
import { refuse, type Refusal } from '../../refusal.js';
import type { KeptOutcomes } from './kept.js';
import { restoredLearner, storedLearner, type StoredLearner } from './kept-file.js';

const FORMAT = 'assay outcomes';
const VERSION = 1;

/** A model of outcomes as bytes; the same model gives the same bytes. */
export function saveOutcomes(model: KeptOutcomes): Uint8Array {
  const blocks: Record<string, BlockArray> = {};
  return writeBlocks({ format: FORMAT, version: VERSION, model: withoutArrays({ ...model, learner: storedLearner(model.learner) }, 'model', blocks) }, blocks);
}

/** Reads what `saveOutcomes` wrote. Refuses anything else, and a version that this code does not know. */
export function loadOutcomes(bytes: Uint8Array): KeptOutcomes | Refusal {
  const file = readBlocks(bytes);
  const header = file?.header as { readonly format: string; readonly version: number; readonly model: unknown } | undefined;
  if (!file || header?.format !== FORMAT) return refuse('unsupported_combination', 'this file is cut short, or holds no model of outcomes', 'Train the model again.');
  if (header.version !== VERSION) return refuse('unsupported_combination', `this model was saved in format ${header.version}; this version reads format ${VERSION}`, 'Train the model again.');
  const model = withArrays(header.model, file) as Omit<KeptOutcomes, 'learner'> & { readonly learner: StoredLearner };
  return { ...model, learner: restoredLearner(model.learner) };
}
