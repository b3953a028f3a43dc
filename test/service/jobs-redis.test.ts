import { execFileSync, spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { describe, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { jobSuite } from './job-suite.js';

const isInstalled = (() => {
  try {
    execFileSync('redis-server', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

if (isInstalled || process.env.REDIS_URL) {
  jobSuite('Redis', async () => {
    const port = await freePort();
    const server = process.env.REDIS_URL ? undefined : spawn('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' });
    const url = process.env.REDIS_URL ?? `redis://127.0.0.1:${port}`;
    const redis = new Redis(url, { maxRetriesPerRequest: null });
    await redis.ping();
    return {
      options: { redisUrl: url },
      async forget() { await redis.flushall(); },
      async end() {
        redis.disconnect();
        server?.kill();
      },
    };
  });
} else if (process.env.CI === 'true') {
  describe('jobs on Redis', () => {
    it('needs redis-server or REDIS_URL', () => { throw new Error('neither redis-server nor REDIS_URL is there'); });
  });
} else {
  describe('jobs on Redis', () => {
    it.skip('needs redis-server or REDIS_URL', () => undefined);
  });
}

const freePort = (): Promise<number> => new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address() as AddressInfo;
    probe.close(() => resolve(port));
  });
});
