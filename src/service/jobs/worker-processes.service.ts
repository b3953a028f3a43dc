import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { LOGGER, type Logger } from '../logger.js';

const SCRIPT = fileURLToPath(new URL('../../worker.js', import.meta.url));
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A worker that lived this long did not die of its start. */
const HEALTHY_MS = 60_000;
const STOP_LIMIT_MS = 10_000;

/** Keeps the worker processes of this service alive: one that dies is replaced, its job is recovered by the queue. */
@Injectable()
export class WorkerProcessesService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly running = new Set<ChildProcess>();
  private stopping = false;

  constructor(@Inject(CONFIG) private readonly config: Config, @Inject(LOGGER) private readonly log: Logger) {}

  onApplicationBootstrap(): void {
    for (let i = 0; i < this.config.workers; i++) void this.keep();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await Promise.all([...this.running].map((worker) => this.stop(worker)));
  }

  private async keep(): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; !this.stopping; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const began = Date.now();
      const how = await this.run();
      if (this.stopping) return;
      if (Date.now() - began > HEALTHY_MS) pause = FIRST_PAUSE_MS;
      this.log.warn({ how, pause }, 'a worker process ended and is replaced');
      await sleep(pause, undefined, { ref: false });
    }
  }

  private run(): Promise<string> {
    const worker = fork(SCRIPT, { env: workerEnvironment(this.config), stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.running.add(worker);
    return new Promise((resolve) => {
      worker.once('exit', (code, signal) => {
        this.running.delete(worker);
        resolve(signal ?? `exit code ${code}`);
      });
    });
  }

  private async stop(worker: ChildProcess): Promise<void> {
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.kill('SIGTERM');
    const killer = setTimeout(() => worker.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(killer);
  }
}

/** The settings of the service, whatever mixture of environment and options they came from. */
const workerEnvironment = (config: Config): NodeJS.ProcessEnv => ({
  ...process.env,
  DATABASE_URL: config.databaseUrl,
  REDIS_URL: config.redisUrl ?? '',
  ASSAY_DATA: config.data,
  ASSAY_ALLOWED_FOLDERS: config.allowedFolders.join(process.platform === 'win32' ? ';' : ':'),
  ASSAY_MEMORY: config.memoryLimit,
  ASSAY_THREADS: config.threads === undefined ? '' : String(config.threads),
  ASSAY_LOCK_MS: String(config.lockMs),
  LOG_LEVEL: config.logLevel,
});
