import { parentPort, workerData } from 'node:worker_threads';
import type { ModelCard } from '../../sdk/models/card.js';
import type { ModelSpec } from '../../sdk/models/spec.js';
import { writeBinaries } from '../../sdk/models/store.js';
import { readTraining, trainModel } from '../../sdk/models/train.js';
import { isRefusal } from '../../stats/refusal.js';
import type { ThreadMessage } from '../threads/work-apart.js';
import { type KnownFailure, knownFailure, refusalFailure } from './known-failure.js';

/** What to learn, and a folder that takes the files of the model. */
export interface TrainTask { readonly spec: ModelSpec; readonly table: string; readonly staged: string }
export type TrainAnswer = { readonly card: Omit<ModelCard, 'version'> } | { readonly failure: KnownFailure };

async function train({ spec, table, staged }: TrainTask): Promise<TrainAnswer> {
  try {
    const data = await readTraining(spec);
    const trained = await trainModel(spec, data, { onProgress: (share) => post({ share }) });
    if (isRefusal(trained)) return refusalFailure(trained);
    await writeBinaries(staged, trained);
    return { card: trained.card };
  } catch (error) {
    return knownFailure(error, { file: spec.data, table });
  }
}

const post = (message: ThreadMessage<TrainAnswer>): void => parentPort!.postMessage(message);
post({ answer: await train(workerData as TrainTask) });
