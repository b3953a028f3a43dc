import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Says where the PostgreSQL of this run is to be; the first test that needs it starts it (see test/database.ts). */
export default function setup() {
  process.env.ASSAY_TEST_POSTGRES = mkdtempSync(path.join(tmpdir(), 'assay-test-'));
  chmodSync(process.env.ASSAY_TEST_POSTGRES, 0o755); // the account of the server must be able to enter it
}
