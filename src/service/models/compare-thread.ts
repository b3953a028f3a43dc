import { compareOn, type DataComparison } from '../../sdk/models/compare.js';
import { readModel } from '../../sdk/models/store.js';
import { isRefusal } from '../../stats/refusal.js';
import { answerTask } from '../threads/thread-task.js';
import { type KnownFailure, knownFailure, refusalFailure } from './known-failure.js';

/** Folders of two versions, and the file that they are compared on. */
export interface CompareTask { readonly first: string; readonly second: string; readonly file: string; readonly table: string }
export type CompareAnswer = { readonly compared: DataComparison } | { readonly failure: KnownFailure };

async function compare({ first, second, file, table }: CompareTask): Promise<CompareAnswer> {
  try {
    const compared = await compareOn(await readModel(first), await readModel(second), file);
    return isRefusal(compared) ? refusalFailure(compared) : { compared };
  } catch (error) {
    return knownFailure(error, { file, table });
  }
}

await answerTask(compare);
