import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The demo's own admin key: made once, kept in the data folder, readable by its owner alone. */
export async function demoAdminKey(dataFolder: string): Promise<string> {
  const file = path.join(dataFolder, 'demo-admin.key');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (/^ak_[A-Za-z0-9_-]{32,}$/.test(kept.trim())) return kept.trim();
  const key = `ak_${randomBytes(32).toString('base64url')}`;
  await mkdir(dataFolder, { recursive: true });
  await writeFile(file, `${key}\n`, { mode: 0o600 });
  return key;
}
