import { chmodSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endPostgres } from './teardown.mjs';

/** Says where the PostgreSQL of this run is to be; the first test that needs it starts it (see test/database.ts). */
export default async function setup() {
  await endAbandoned();
  process.env.ASSAY_TEST_POSTGRES = mkdtempSync(path.join(tmpdir(), `assay-test-${process.pid}-`));
  chmodSync(process.env.ASSAY_TEST_POSTGRES, 0o755); // the account of the server must be able to enter it
}

/** Runs that were interrupted leave their server behind. */
async function endAbandoned() {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^assay-test-(\d+)-/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await endPostgres(path.join(tmpdir(), name));
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
