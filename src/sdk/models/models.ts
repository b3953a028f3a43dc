import path from 'node:path';
import { DataError } from '../../warehouse/warehouse.js';
import type { EngineOptions } from '../../stats/forest/forest-engine.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import type { ModelCard } from './card.js';
import { checkModel, type ModelCheck } from './check.js';
import { compareCards, compareOn } from './compare.js';
import { writeExport, type ExportedModel } from './export.js';
import type { RowScore } from './kind.js';
import { scoreRow } from './score.js';
import { scoreFile, type ScoredFile } from './score-file.js';
import { modelSpecSchema, type ModelSpecInput } from './spec.js';
import { listModels, readBinary, readModel, type StoredModel } from './store.js';
import { trainInto } from './train-into.js';
import type { TrainOptions } from './train.js';

/** A model that is ready to score. */
export interface Model {
  readonly folder: string;
  readonly card: ModelCard;
  /** the effect of one unit; null in a row is a missing value. Refuses a unit whose effect is not identified. @throws DataError for a row that the model cannot read */
  score(row: Readonly<Record<string, unknown>>): RowScore | Refusal;
  /** scores of the rows of a file, as Parquet */
  scoreFile(file: string, out: string, options?: EngineOptions & { readonly keep?: readonly string[] }): Promise<ScoredFile | Refusal>;
  /** model.onnx and model.json, into a folder. @throws DataError when the model has no ONNX form */
  export(folder: string): Promise<ExportedModel>;
  /** onnxruntime-node against this program */
  check(file?: string): Promise<ModelCheck | Refusal>;
}

/** Models of effects that are kept in folders; paths are relative to the current folder. */
export const models = {
  /** Trains a model into a folder of models, as NAME/VERSION. */
  async train(spec: ModelSpecInput, folder: string, options?: TrainOptions): Promise<Model | Refusal> {
    const kept = await trainInto(path.resolve(folder), modelSpecSchema.parse(spec), path.resolve('.'), options);
    return isRefusal(kept) ? kept : open(await readModel(kept.folder));
  },
  /** Cards of all versions in a folder of models. */
  list: async (folder: string): Promise<ModelCard[]> => (await listModels(path.resolve(folder))).map(({ card }) => card),
  /** A version by its folder, or the newest in the folder of a model. */
  read: async (folder: string): Promise<Model> => open(await readModel(path.resolve(folder))),
  /** Two models by their cards and, where a file is given, on its rows. */
  async compare(first: string, second: string, file?: string) {
    const [a, b] = [await readModel(path.resolve(first)), await readModel(path.resolve(second))];
    return { ...compareCards(a.card, b.card), data: file === undefined ? null : await compareOn(a, b, path.resolve(file)) };
  },
};

function open(stored: StoredModel): Model {
  return {
    folder: stored.folder,
    card: stored.card,
    score(row) {
      const answer = scoreRow(stored, row);
      if (!('issues' in answer)) return answer;
      throw new DataError(answer.issues.map(({ path: at, message }) => `${at} ${message}`).join('; '));
    },
    scoreFile: (file, out, { keep = [], ...options } = {}) => scoreFile(stored, path.resolve(file), path.resolve(out), keep, options),
    export: (folder) => writeExport(path.resolve(folder), stored.card, () => readBinary(stored.folder, stored.card, 'model.onnx')),
    check: (file) => checkModel(stored, file === undefined ? undefined : path.resolve(file)),
  };
}
