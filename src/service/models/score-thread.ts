import { type ScoredFile, scoreFile } from '../../sdk/models/score-file.js';
import { readModel } from '../../sdk/models/store.js';
import { isRefusal } from '../../stats/refusal.js';
import { answerTask } from '../threads/thread-task.js';
import { type KnownFailure, knownFailure, refusalFailure } from './known-failure.js';

/** The folder of a version, the file to score, and where the scores go. */
export interface ScoreTask { readonly folder: string; readonly file: string; readonly table: string; readonly out: string; readonly keep: readonly string[] }
export type ScoreAnswer = { readonly scored: ScoredFile } | { readonly failure: KnownFailure };

async function score({ folder, file, table, out, keep }: ScoreTask, onProgress: (share: number) => void): Promise<ScoreAnswer> {
  try {
    const scored = await scoreFile(await readModel(folder), file, out, keep, { onProgress });
    return isRefusal(scored) ? refusalFailure(scored) : { scored };
  } catch (error) {
    return knownFailure(error, { file, table });
  }
}

await answerTask(score);
