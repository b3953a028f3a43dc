// What R measures, where R and its packages are; they are found as R finds them, e.g. by R_LIBS.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** `{ version }` of an R package, or `{ absent }` with the reason. */
export function rPackage(name) {
  const { status, stdout, error } = spawnSync('Rscript', ['-e', `cat(as.character(packageVersion("${name}")))`], { encoding: 'utf8' });
  if (error) return { absent: 'R is not here' };
  return status === 0 ? { version: stdout.trim() } : { absent: `R has no package ${name}` };
}

/** Calls `work` with a folder that has a file of doubles for each entry of `tables`, arrays of columns by name. */
export function withTables(tables, work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-tables-'));
  for (const [name, columns] of Object.entries(tables)) writeFileSync(path.join(folder, name), Buffer.concat(columns.map((column) => Buffer.from(Float64Array.from(column).buffer))));
  try { return work(folder); } finally { rmSync(folder, { recursive: true }); }
}

/** The numbers that a script beside this file prints, given a folder of tables and options. */
export const runR = (script, tables, options) => withTables(tables, (folder) => {
  const { status, stdout, stderr } = spawnSync('Rscript', [path.join(import.meta.dirname, script), folder, ...options.map(String)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script} did not answer: ${stderr.trim().split('\n').at(-1)}`);
  return stdout.trim().split(/\s+/).map(Number);
});
