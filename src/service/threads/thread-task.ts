import { parentPort, workerData } from 'node:worker_threads';
import { guardNative } from '../../warehouse/native-section.js';

/** What a thread is given; see native-section.ts for the gate. */
export interface ThreadTask<Task> { readonly task: Task; readonly gate: Int32Array }

/** What a thread posts: how far it is, in [0, 1], and a last time what it came to. */
export type ThreadMessage<Answer> = { readonly share: number } | { readonly answer: Answer };

/** Does what this thread was started for, and answers. */
export async function answerTask<Task, Answer>(work: (task: Task, onProgress: (share: number) => void) => Promise<Answer>): Promise<void> {
  const { task, gate } = workerData as ThreadTask<Task>;
  guardNative(gate);
  const post = (message: ThreadMessage<Answer>): void => parentPort!.postMessage(message);
  post({ answer: await work(task, (share) => post({ share })) });
}
