import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { type PostgresBinaries, postgresBinaries, reachableByAll } from './postgres-binaries.js';

export interface EmbeddedPostgres {
  /** connection string of the database that was asked for */
  readonly url: string;
  /** where its data are: not where they were asked to be when the server's account cannot reach that place */
  readonly folder: string;
  /** false when a running server was joined */
  readonly started: boolean;
  /** ends the server if this call started it */
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root; `nobody` is the account that every system has. */
const NOBODY = 65534;
const START_LIMIT_MS = 30_000;
const USER = 'app';

/**
 * A real PostgreSQL from npm in a folder, shared by every process of this machine that asks for that folder.
 *
 * The server outlives a killed parent on purpose: whoever comes next finds it by postmaster.pid and joins it.
 * @param folder   where its data are kept; beside it are written `<folder>.log` and `<folder>.secret`
 * @param database created when it is missing
 */
export async function embeddedPostgres(folder: string, database = 'assay'): Promise<EmbeddedPostgres> {
  const isRoot = process.getuid?.() === 0;
  const data = dataFolder(path.resolve(folder), isRoot);
  const release = await startingLock(`${data}.starting`);
  try {
    const binaries = await postgresBinaries(isRoot);
    if (!existsSync(path.join(data, 'PG_VERSION'))) await initialise(binaries, data, isRoot);
    const password = readPassword(data);
    const url = (port: number, name: string) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${name}`;
    const running = postmaster(data);
    if (running && isAlive(running.pid) && await canConnect(url(running.port, 'postgres'))) {
      await ensureDatabase(url(running.port, 'postgres'), database);
      return { url: url(running.port, database), folder: data, started: false, stop: async () => undefined };
    }
    const port = await freePort();
    const server = await launch(binaries, data, port, isRoot, () => canConnect(url(port, 'postgres')));
    await ensureDatabase(url(port, 'postgres'), database);
    return { url: url(port, database), folder: data, started: true, stop: () => stopped(server) };
  } finally {
    release();
  }
}

/** What an empty database and its log take, with room to start. */
const SETUP_MEGABYTES = 100;

function freeMegabytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return Math.floor((bavail * bsize) / 2 ** 20);
}

/** Where data really go: as root below a closed folder, `nobody` could not reach the folder that was asked for. */
function dataFolder(asked: string, isRoot: boolean): string {
  mkdirSync(path.dirname(asked), { recursive: true });
  const reachable = !isRoot || reachableByAll(path.dirname(asked));
  const data = reachable ? asked : path.join(tmpdir(), 'embedded-data', Buffer.from(asked).toString('base64url'));
  mkdirSync(path.dirname(data), { recursive: true });
  return data;
}

function readPassword(data: string): string {
  const file = `${data}.secret`;
  if (!existsSync(file)) throw new Error(`the database in ${data} has lost its password file ${file}; put it back, or remove the folder to begin anew`);
  return readFileSync(file, 'utf8').trim();
}

const account = (isRoot: boolean) => (isRoot ? { uid: NOBODY, gid: NOBODY, cwd: '/' } : {});

async function initialise({ initdb }: PostgresBinaries, data: string, isRoot: boolean): Promise<void> {
  const password = randomBytes(18).toString('base64url');
  writeFileSync(`${data}.secret`, `${password}\n`, { mode: 0o600 });
  const handed = path.join(tmpdir(), `initdb-${randomBytes(8).toString('hex')}`);
  writeFileSync(handed, `${password}\n`, { mode: 0o600 });
  const unfinished = `${data}.new`; // renamed when complete: a set-up that was killed leaves nothing that looks like a database
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  if (isRoot) for (const file of [handed, unfinished]) chownSync(file, NOBODY, NOBODY);
  try {
    await promisify(execFile)(initdb, [
      '-D', unfinished, '-U', USER, '-A', 'scram-sha-256', '--pwfile', handed, '-E', 'UTF8',
      '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions',
    ], account(isRoot));
    rmSync(data, { recursive: true, force: true });
    renameSync(unfinished, data);
  } catch (error) {
    const said = ((error as { stderr?: string }).stderr ?? String(error)).trim().split('\n').slice(-3).join('; ');
    const free = freeMegabytes(path.dirname(data));
    if (free < SETUP_MEGABYTES) throw Object.assign(new Error(`embedded PostgreSQL needs ${SETUP_MEGABYTES} MB in ${path.dirname(data)}, and ${free} MB are free`, { cause: error }), { code: 'ENOSPC' });
    throw new Error(`embedded PostgreSQL could not be set up in ${data}: ${said}`, { cause: error });
  } finally {
    rmSync(handed, { force: true });
  }
}

async function launch(
  { postgres }: PostgresBinaries, data: string, port: number, isRoot: boolean, ready: () => Promise<boolean>,
): Promise<ChildProcess> {
  const start = (): ChildProcess => {
    const log = openSync(`${data}.log`, 'a');
    const child = spawn(postgres, [
      '-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '',
      '-c', 'shared_buffers=64MB', '-c', 'max_connections=200', '-c', 'log_min_messages=warning',
    ], { ...account(isRoot), stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    child.unref();
    return child;
  };
  let child = start();
  for (const limit = Date.now() + START_LIMIT_MS; ;) {
    if (postmaster(data)?.status === 'ready' && await ready()) return child;
    if (Date.now() > limit) {
      child.kill('SIGKILL');
      throw new Error(`PostgreSQL does not start in ${data} within ${START_LIMIT_MS / 1000} s: ${lastLine(`${data}.log`)}; the whole log is ${data}.log`);
    }
    if (child.exitCode === null) {
      await sleep(20);
    } else { // after a killed server its children may hold the shared memory or postmaster.pid for a moment
      if (/No space left on device/.test(lastLine(`${data}.log`))) throw new Error(`PostgreSQL does not start in ${data}: the disk is full; free some space and start again`);
      await sleep(500);
      child = start();
    }
  }
}

const stopped = (server: ChildProcess): Promise<void> => new Promise((resolve) => {
  if (server.exitCode !== null || server.signalCode !== null) return resolve();
  server.ref();
  server.once('exit', () => resolve());
  server.kill('SIGINT'); // PostgreSQL's fast shutdown
});

function lastLine(file: string): string {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return lines.findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? lines.at(-1) ?? 'no log was written';
}

function postmaster(data: string): { pid: number; port: number; status: string } | undefined {
  const file = path.join(data, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? '').trim() };
  } catch {
    return undefined; // removed between the two calls
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function canConnect(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2000 });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureDatabase(connectionString: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (!rowCount) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

const freePort = (): Promise<number> => new Promise((resolve, reject) => {
  const probe = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
    const { port } = probe.address() as AddressInfo;
    probe.close(() => resolve(port));
  });
});

/** One starter of a folder at a time; the lock of a process that died is taken over. */
async function startingLock(file: string): Promise<() => void> {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = readHolder(file);
    if (holder !== undefined && !isAlive(holder)) rmSync(file, { force: true });
    await sleep(50);
  }
}

function readHolder(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined; // empty while its owner is writing it
  } catch {
    return undefined;
  }
}
