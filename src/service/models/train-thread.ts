import type { ModelCard } from '../../sdk/models/card.js';
import type { ModelSpec } from '../../sdk/models/spec.js';
import { writeBinaries } from '../../sdk/models/store.js';
import { readTraining, trainModel } from '../../sdk/models/train.js';
import { isRefusal } from '../../stats/refusal.js';
import { answerTask } from '../threads/thread-task.js';
import { type KnownFailure, knownFailure, refusalFailure } from './known-failure.js';

/** What to learn, and a folder that takes the files of the model. */
export interface TrainTask { readonly spec: ModelSpec; readonly table: string; readonly staged: string }
export type TrainAnswer = { readonly card: Omit<ModelCard, 'version'> } | { readonly failure: KnownFailure };

async function train({ spec, table, staged }: TrainTask, onProgress: (share: number) => void): Promise<TrainAnswer> {
  try {
    const data = await readTraining(spec);
    const trained = await trainModel(spec, data, { onProgress });
    if (isRefusal(trained)) return refusalFailure(trained);
    await writeBinaries(staged, trained);
    return { card: trained.card };
  } catch (error) {
    return knownFailure(error, { file: spec.data, table });
  }
}

await answerTask(train);
