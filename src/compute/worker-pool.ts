import { Worker } from 'node:worker_threads';

/** Worker threads that answer one task at a time, each with `{ result }` or `{ error }`. */
export interface WorkerPool<Task> {
  readonly size: number;
  /** Gives `tasks[i]` to worker i; results in the same order. One call at a time: later calls wait. */
  run<Result>(tasks: readonly Task[]): Promise<Result[]>;
  close(): Promise<void>;
}

interface Answer<Result> { readonly result?: Result; readonly error?: string }

/**
 * Starts workers when they are first needed; idle ones do not keep the process alive.
 *
 * Which worker does what is the caller's choice, by index, so that results cannot depend on which one was free. Workers may wait for each
 * other in the middle of a task; so one that dies takes all along, and the next call starts new ones.
 */
export function createWorkerPool<Task>(script: URL, size: number, workerData: unknown): WorkerPool<Task> {
  const workers: Worker[] = [];
  let last: Promise<unknown> = Promise.resolve();

  const workerAt = (index: number): Worker => {
    const known = workers[index];
    if (known) return known;
    const worker = new Worker(script, { workerData, execArgv: [] });
    worker.unref();
    workers[index] = worker;
    return worker;
  };

  const ask = <Result>(worker: Worker, task: Task): Promise<Result> => new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      worker.unref();
      act();
    };
    const onMessage = ({ result, error }: Answer<Result>) =>
      settle(() => (error === undefined ? resolve(result as Result) : reject(new Error(error))));
    const onError = (error: Error) => settle(() => { reject(error); endAll(); });
    const onExit = (code: number) => settle(() => { reject(new Error(`compute worker ended with ${code} before it answered`)); endAll(); });
    worker.ref();
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(task);
  });

  const endAll = () => Promise.all(workers.splice(0).filter(Boolean).map((worker) => worker.terminate()));

  return {
    size,
    run<Result>(tasks: readonly Task[]): Promise<Result[]> {
      if (tasks.length > size) throw new Error(`worker pool of ${size} got ${tasks.length} tasks`);
      const answers = last.then(() => settleAll<Result>(tasks.map((task, index) => ask<Result>(workerAt(index), task))));
      last = answers.catch(() => undefined);
      return answers;
    },
    async close() {
      await last;
      await endAll();
    },
  };
}

/** All answers, or the first error, but not before every worker is idle again. */
async function settleAll<Result>(answers: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(answers);
  return Promise.all(answers);
}
