import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import { createWorkerPool } from '../../src/compute/worker-pool.js';
import { growCausalForest, type CausalData } from '../../src/stats/forest/causal-forest.js';
import { predictEffects } from '../../src/stats/forest/effect-prediction.js';
import { isRefusal } from '../../src/stats/refusal.js';
import { simulateColumns } from './data.js';

const names = ['a', 'b', 'c'];

function sample(n: number): CausalData {
  const { x, w, y } = simulateColumns(n, 3, 4, 0);
  return { features: names, x, w, y };
}

describe('forest engine', () => {
  let engine: WorkerForestEngine;
  beforeAll(async () => { engine = await createForestEngine({ workers: 2 }); });
  afterAll(() => engine.close());

  it('reports progress that grows from 0 to 1', async () => {
    const shares: number[] = [];
    await growCausalForest(engine, sample(4000), { trees: 600, seed: 1 }, { onProgress: (share) => shares.push(share) });
    expect(shares.at(-1)).toBeCloseTo(1, 12);
    shares.reduce((before, share) => {
      expect(share).toBeGreaterThanOrEqual(before);
      return share;
    }, 0);
  });

  it('stops within a bag when aborted, rejects with the reason, and works on afterwards', async () => {
    const abort = new AbortController();
    const growing = growCausalForest(engine, sample(8000), { trees: 20_000, seed: 1 }, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('no longer wanted')), 50);
    const started = performance.now();
    await expect(growing).rejects.toThrow('no longer wanted');
    expect(performance.now() - started).toBeLessThan(3000);
    expect(isRefusal(await growCausalForest(engine, sample(300), { trees: 20, seed: 1 }))).toBe(false);
  });

  it('does not start when the signal is aborted already', async () => {
    await expect(growCausalForest(engine, sample(300), { trees: 20, seed: 1 }, { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late');
  });

  it('refuses a forest, and a prediction, that would need more memory than allowed', async () => {
    const small = await createForestEngine({ workers: 2, memoryLimit: 2e6 });
    const data = sample(5000);
    expect(await growCausalForest(small, data, { trees: 2000, seed: 1 })).toMatchObject({ status: 'refused', reason: 'unsupported_combination', detail: expect.stringContaining('GB') });
    const forest = await growCausalForest(engine, sample(500), { trees: 60, seed: 1 });
    if (isRefusal(forest)) throw new Error(forest.detail);
    expect(await predictEffects(small, forest, { a: data.x[0]!, b: data.x[1]!, c: data.x[2]! })).toMatchObject({ status: 'refused', reason: 'unsupported_combination' });
    await small.close();
  });

  it('grows forests over different rows one after another, larger and smaller', async () => {
    const fresh = await createForestEngine({ workers: 1 });
    const tau = async (on: WorkerForestEngine, n: number) => {
      const forest = await growCausalForest(on, sample(n), { trees: 30, seed: 1 });
      return isRefusal(forest) ? forest.detail : forest.tauHat;
    };
    for (const n of [400, 2000, 300]) expect(await tau(engine, n)).toEqual(await tau(fresh, n));
    await fresh.close();
  });

  it('answers concurrent requests as it answers them one by one', async () => {
    const alone = await growCausalForest(engine, sample(400), { trees: 40, seed: 1 });
    const [first, second] = await Promise.all([
      growCausalForest(engine, sample(400), { trees: 40, seed: 1 }), growCausalForest(engine, sample(600), { trees: 40, seed: 2 }),
    ]);
    if (isRefusal(alone) || isRefusal(first) || isRefusal(second)) throw new Error('refused');
    expect(first.tauHat).toEqual(alone.tauHat);
    expect(second.tauHat).not.toEqual(alone.tauHat);
  });
});

describe('worker pool', () => {
  const script = (body: string) => new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads'; ${body}`)}`);

  it('gives task i to worker i and keeps the order of results', async () => {
    const pool = createWorkerPool<number>(script('let seen = []; parentPort.on("message", (m) => { seen.push(m); setTimeout(() => parentPort.postMessage({ result: seen.join() }), 20 - m); });'), 3, {});
    expect(await pool.run([10, 5, 1])).toEqual(['10', '5', '1']);
    expect(await pool.run([2, 3, 4])).toEqual(['10,2', '5,3', '1,4']);
    await pool.close();
  });

  it('rejects with a worker\'s error, and replaces a worker that dies', async () => {
    const pool = createWorkerPool<string>(script('parentPort.on("message", (m) => { if (m === "die") process.exit(3); parentPort.postMessage(m === "fail" ? { error: "kernel failed" } : { result: m }); });'), 1, {});
    await expect(pool.run(['fail'])).rejects.toThrow('kernel failed');
    await expect(pool.run(['die'])).rejects.toThrow('compute worker ended with 3');
    expect(await pool.run(['fine'])).toEqual(['fine']);
    await pool.close();
  });

  it('does not wait for workers that wait for one that died', async () => {
    const waits = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';
    const pool = createWorkerPool<string>(script(`parentPort.on("message", (m) => { if (m === "die") process.exit(3); if (m === "wait") ${waits}; parentPort.postMessage({ result: m }); });`), 2, {});
    await expect(pool.run(['wait', 'die'])).rejects.toThrow('before it answered');
    expect(await pool.run(['one', 'two'])).toEqual(['one', 'two']);
    await pool.close();
  });
});
