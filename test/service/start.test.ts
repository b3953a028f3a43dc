import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { configFrom } from '../../src/service/config.js';
import { databaseFault, startFailure } from '../../src/service/database/database-errors.js';
import { serve } from '../../src/service/serve.js';
import { startService } from './start-service.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'assay-start-'));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const listen = (): Promise<{ server: Server; port: number }> => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => resolve({ server, port: (server.address() as AddressInfo).port }));
});

describe('a service that cannot start', () => {
  it('says where the database does not answer and what to do, without the password', async () => {
    const { server, port } = await listen();
    await new Promise((resolve) => server.close(resolve));
    const failed = serve({ data: folder, databaseUrl: `postgresql://app:hush@127.0.0.1:${port}/assay`, workers: 0, logLevel: 'silent' });
    await expect(failed).rejects.toThrow(`the database at 127.0.0.1:${port} does not answer; start PostgreSQL there, or correct DATABASE_URL, or unset it to use the embedded one`);
    await expect(failed).rejects.not.toThrow('hush');
  });

  it('says so in one line on the terminal and exits with 1', async () => {
    if (!existsSync(MAIN)) throw new Error('dist/main.js is missing: run npm run build');
    const { server, port } = await listen();
    await new Promise((resolve) => server.close(resolve));
    const { code, stderr } = await new Promise<{ code: number; stderr: string }>((resolve) => {
      execFile(process.execPath, [MAIN], { env: { ...process.env, PORT: '0', ASSAY_DATA: folder, DATABASE_URL: `postgresql://app:hush@127.0.0.1:${port}/assay` } }, (error, _out, err) => resolve({ code: Number(error?.code ?? 0), stderr: err }));
    });
    expect([code, stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(stderr).toMatch(/^assay: the database at 127\.0\.0\.1:\d+ does not answer/);
  });

  it('names a taken port, a wrong password and a missing database', async () => {
    const service = await startService();
    const { server, port } = await listen();
    const other = (change: (url: URL) => void) => {
      const url = new URL(service.config.databaseUrl!);
      change(url);
      return serve({ ...service.config, port: 0, databaseUrl: url.href });
    };
    await expect(serve({ ...service.config, port })).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`);
    await expect(other((url) => { url.password = 'wrong'; })).rejects.toThrow('refuses user app');
    await expect(other((url) => { url.pathname = '/nobody'; })).rejects.toThrow('has no database nobody');
    await new Promise((resolve) => server.close(resolve));
    await service.end();
  });

  it('calls a full disk a full disk, however it is told of it', () => {
    const told = [
      Object.assign(new Error('could not extend file: No space left on device'), { code: '53100' }),
      Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
      new Error('P3018: migration init failed', { cause: { code: '53100' } }),
      new Error('embedded PostgreSQL could not be set up in /data/pg: initdb: error: could not write file: No space left on device'),
    ];
    for (const error of told) {
      expect(databaseFault(error)).toBe('full');
      expect(startFailure(error, undefined)).toMatch(/^the disk is full; free some space/);
    }
  });
});

describe('settings', () => {
  it('are refused one line a setting, with what is expected', () => {
    expect(() => configFrom({ PORT: '99999', DATABASE_URL: 'mysql://x', ASSAY_ADMIN_KEY: 'short' })).toThrow(/PORT .*DATABASE_URL must look like postgresql:.*ASSAY_ADMIN_KEY must be ak_/);
  });

  it('have defaults that serve this machine alone', () => {
    expect(configFrom({})).toMatchObject({ host: '127.0.0.1', port: 3000, demo: false, workers: 1, databaseUrl: undefined, redisUrl: undefined });
  });
});

describe('a fault of the database while the service runs', () => {
  it('is told to the caller by a number alone, and the service goes on', async () => {
    const service = await startService();
    await service.prisma.$executeRawUnsafe('ALTER TABLE "Experiment" RENAME TO "Elsewhere"');
    const { errors } = await service.gql('{ experiments { totalCount } }');
    expect(errors[0]).toMatchObject({ message: expect.stringMatching(/^internal error; the log of the service has it under [0-9a-f-]{36}$/), extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(JSON.stringify(errors)).not.toMatch(/Elsewhere|prisma|stack/i);
    await service.prisma.$executeRawUnsafe('ALTER TABLE "Elsewhere" RENAME TO "Experiment"');
    expect((await service.gql('{ experiments { totalCount } }')).data.experiments.totalCount).toBe(0);
    await service.end();
  });
});
