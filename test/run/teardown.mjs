import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ends the PostgreSQL of this run, if a test started one, and removes its data. */
export default () => endPostgres(process.env.ASSAY_TEST_POSTGRES);

export async function endPostgres(folder) {
  const file = path.join(folder, 'pg', 'postmaster.pid');
  if (existsSync(file)) {
    try {
      process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 'SIGINT');
      for (let waited = 0; existsSync(file) && waited < 10_000; waited += 50) await sleep(50);
    } catch { /* it ended by itself */ }
  }
  rmSync(folder, { recursive: true, force: true });
}
