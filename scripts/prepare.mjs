// From a bare clone to a built tree: checks Node, installs and builds only what is missing or stale. No dependencies.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => path.join(root, ...parts);

/** Sentence for a Node that cannot run this, or undefined. */
function unsupportedNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
  return supported ? undefined : `Assay needs Node 20.19 or later in 20, 22.12 or later in 22, or 24 and later; this is ${process.version}`;
}

/** Runs a command in the project, quiet unless it fails. */
function run(command, args, { env = {}, show = false } = {}) {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
    child.stdout?.on('data', (chunk) => { output += chunk; });
    child.stderr?.on('data', (chunk) => { output += chunk; });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${command} ${args.join(' ')} ended with ${code}\n${output}`))));
  });
}

function* filesBelow(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'generated' && entry.name !== 'build') yield* filesBelow(file);
    } else yield file;
  }
}

function digestOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

const stampOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const writeStamp = (file, text) => { mkdirSync(path.dirname(file), { recursive: true }); writeFileSync(file, text); };

/** Says what was done and how long it took, once it is done: steps may run beside each other. */
async function step(title, work) {
  const started = performance.now();
  await work();
  process.stderr.write(`  ${title} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`);
}

async function install() {
  const marker = at('node_modules', '.package-lock.json');
  const lock = at('package-lock.json');
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return;
  if (existsSync(marker) && stampOf(at('node_modules', '.assay-lock')) === digestOf([lock])) return;
  process.stderr.write('  installing packages; this takes a minute or so\n');
  await step('installed packages', () => run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { env: { ONNXRUNTIME_NODE_INSTALL: 'skip' } }));
  writeStamp(at('node_modules', '.assay-lock'), digestOf([lock]));
}

async function generate() {
  const digest = digestOf([at('prisma', 'schema.prisma'), at('prisma.config.ts')]);
  const stamp = at('src', 'generated', '.stamp');
  if (stampOf(stamp) === digest) return;
  await step('generated the database client', () => run(process.execPath, [at('node_modules/prisma/build/index.js'), 'generate']));
  writeStamp(stamp, digest);
}

async function buildKernels() {
  const digest = digestOf([...filesBelow(at('kernels', 'compute')), ...filesBelow(at('src', 'compute', 'workers')), at('scripts', 'build-kernels.mjs')]);
  const stamp = at('kernels', 'compute', 'build', '.stamp');
  if (stampOf(stamp) === digest) return;
  await step('built the kernels', () => run(process.execPath, [at('scripts', 'build-kernels.mjs')]));
  writeStamp(stamp, digest);
}

async function compile() {
  const digest = digestOf([...filesBelow(at('src')), at('.swcrc'), at('nest-cli.json'), at('package.json')]);
  const stamp = at('dist', '.stamp');
  if (stampOf(stamp) === digest) return;
  await step('built', () => run(process.execPath, [at('node_modules/@nestjs/cli/bin/nest.js'), 'build']));
  writeStamp(stamp, digest);
}

/** Installs, generates and builds what is not up to date. */
export async function prepare() {
  const sentence = unsupportedNode();
  if (sentence) throw new Error(sentence);
  await install();
  await Promise.all([generate().then(compile), buildKernels()]);
}

/** Prepares, then hands the terminal over to `args` of Node; ends with its exit code. */
export async function prepareAndRun(args, { env = {} } = {}) {
  try {
    await prepare();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('close', (code, signal) => process.exit(signal ? 1 : code));
}
