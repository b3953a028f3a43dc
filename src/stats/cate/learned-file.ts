import { readBlocks, writeBlocks, type BlockArray } from '../forest/block-file.js';
import { withArrays, withoutArrays } from '../forest/forest-file.js';
import { restoredLearner, storedLearner, type StoredLearner } from '../learners/kept/kept-file.js';
import { refuse, type Refusal } from '../refusal.js';
import type { LearnedEffects } from './learned-effects.js';

const FORMAT = 'assay learned effects';
const VERSION = 1;

/** Learned effects as bytes; the same model gives the same bytes. */
export function saveLearnedEffects(effects: LearnedEffects): Uint8Array {
  const blocks: Record<string, BlockArray> = {};
  const parts = Object.fromEntries(Object.entries(effects.parts).map(([part, model]) => [part, storedLearner(model)]));
  return writeBlocks({ format: FORMAT, version: VERSION, effects: withoutArrays({ ...effects, parts }, 'effects', blocks) }, blocks);
}

/** Reads what `saveLearnedEffects` wrote. Refuses anything else, and a version that this code does not know. */
export function loadLearnedEffects(bytes: Uint8Array): LearnedEffects | Refusal {
  const file = readBlocks(bytes);
  const header = file?.header as { readonly format: string; readonly version: number; readonly effects: unknown } | undefined;
  if (!file || header?.format !== FORMAT) return refuse('unsupported_combination', 'this file is cut short, or holds no learned effects', 'Train the model again.');
  if (header.version !== VERSION) {
    return refuse('unsupported_combination', `this model was saved in format ${header.version}; this version reads format ${VERSION}`, 'Train the model again.');
  }
  const effects = withArrays(header.effects, file) as Omit<LearnedEffects, 'parts'> & { readonly parts: Readonly<Record<string, StoredLearner>> };
  return { ...effects, parts: Object.fromEntries(Object.entries(effects.parts).map(([part, model]) => [part, restoredLearner(model)])) };
}
