// grf: its R package where R has it, else its C++ core from the sources that the Python package skgrf carries, built into the temp folder.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rPackage, runR, withTables } from './r.mjs';

const CORE_VERSION = '2.0.0';
const SOURCES = 'skgrf==0.3.0';
const BUILD_MS = 900_000;
const DRIVER = path.join(import.meta.dirname, 'grf.cpp');

const run = (command, args, cwd) => spawnSync(command, args, { encoding: 'utf8', timeout: BUILD_MS, cwd });

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    return entry.isDirectory() ? filesBelow(file) : [file];
  });
}

/** `{ binary }`, or `{ absent }` with the reason. grf is compiled once, the driver when it changes. */
function grfCore() {
  const folder = path.join(tmpdir(), 'assay-bench-peers', 'grf');
  const binary = path.join(folder, 'grf');
  if (existsSync(binary) && statSync(binary).mtimeMs > statSync(DRIVER).mtimeMs) return { binary };
  if (run('g++', ['--version']).status !== 0) return { absent: 'there is no C++ compiler' };
  mkdirSync(folder, { recursive: true });
  const grf = sourcesIn(folder);
  if (grf.absent) return grf;
  const compile = ['-std=c++14', '-O2', '-w', '-pthread', `-I${path.join(grf.root, 'src')}`, `-I${path.join(grf.root, 'third_party')}`];
  const objects = filesBelow(path.join(grf.root, 'src')).filter((file) => file.endsWith('.cpp')).map((source) => {
    const object = `${source}.o`;
    return existsSync(object) || run('g++', [...compile, '-c', source, '-o', object]).status === 0 ? object : null;
  });
  const build = run('g++', [...compile, DRIVER, ...objects, '-o', binary]);
  return build.status === 0 ? { binary } : { absent: `grf does not build: ${build.stderr.trim().split('\n')[0]}` };
}

function sourcesIn(folder) {
  const archived = () => readdirSync(folder).find((file) => file.endsWith('.tar.gz'));
  if (!archived()) {
    const pip = run('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--no-binary', 'skgrf', '--dest', folder, SOURCES]);
    if (!archived()) return { absent: `${SOURCES} cannot be had: ${(pip.stderr ?? '').trim().split('\n').at(-1)}` };
  }
  const root = path.join(folder, archived().replace('.tar.gz', ''), 'skgrf', 'grf');
  if (!existsSync(root) && run('tar', ['xzf', archived()], folder).status !== 0) return { absent: `${archived()} cannot be unpacked` };
  return { root };
}

const runCore = (binary, tables, options) => withTables(tables, (folder) => {
  const { status, stdout, stderr } = run(binary, [folder, ...options.map(String)]);
  if (status !== 0) throw new Error(`grf did not answer: ${stderr || stdout}`);
  return stdout.trim().split(' ').map(Number);
});

/**
 * `{ name, run }`, or `{ absent }` with the reason. `run(train, test, options)` grows a causal forest with grf's defaults: seconds of processor time to
 * fit and to predict with variances, mean squared error and coverage on the test rows.
 */
export function grfPeer() {
  const inR = rPackage('grf');
  const core = inR.version ? null : grfCore();
  if (core?.absent) return { absent: `${inR.absent}, ${core.absent}` };
  return {
    name: inR.version ? `the R package grf ${inR.version}` : `grf's core ${CORE_VERSION}`,
    run(train, test, { trees, nuisanceTrees, seed, threads }) {
      const tables = { train: [...train.x, train.y, train.w], test: [...test.x, test.tau] };
      const options = [train.y.length, train.x.length, test.tau.length, trees, nuisanceTrees, seed, threads];
      const [fit, predict, mse, covered] = inR.version ? runR('grf.R', tables, options) : runCore(core.binary, tables, options);
      return { fit, predict, mse, covered };
    },
  };
}
