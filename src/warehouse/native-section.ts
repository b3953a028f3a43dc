/**
 * A thread that is ended while native code works for it takes the whole process with it: a database engine calls back into what is gone.
 *
 * So a thread that others may end shares a word with them. It is taken while native code works, and by whoever ends the thread.
 */
const FREE = 0;
const NATIVE = 1;
const ENDED = 2;

export const newGate = (): Int32Array => new Int32Array(new SharedArrayBuffer(4));

let gate: Int32Array | undefined;
let inside = 0;

/** Lets native code of this thread work only while nobody ends it. */
export function guardNative(shared: Int32Array): void {
  gate = shared;
}

/** Native code at work. @throws when this thread is being ended */
export async function whileNative<T>(work: () => Promise<T>): Promise<T> {
  if (gate && inside === 0 && Atomics.compareExchange(gate, 0, FREE, NATIVE) === ENDED) throw new Error('this thread is being ended');
  inside++;
  try {
    return await work();
  } finally {
    inside--;
    if (gate && inside === 0) Atomics.store(gate, 0, FREE);
  }
}

/** Whether a thread may be ended now, which then finds no native code at work and lets none begin. */
export const mayEnd = (shared: Int32Array): boolean => Atomics.compareExchange(shared, 0, FREE, ENDED) === FREE;
