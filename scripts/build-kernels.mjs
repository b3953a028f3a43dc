// Builds kernels/compute: AssemblyScript to WebAssembly, and the worker that drives it to plain JavaScript. npm packages only.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { transformSync } from '@swc/core';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const build = path.join(root, 'kernels', 'compute', 'build');
const KERNELS = ['forest', 'policy', 'boosting'];
/** v128 values pass between functions of one module only, so AS112 (embedders may not exchange them) does not apply. */
const FLAGS = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--enable', 'bulk-memory', '--disableWarning', 'AS112'];

async function buildKernel(name) {
  const { error, stderr } = await asc.main([`kernels/compute/${name}/index.ts`, '-o', `kernels/compute/build/${name}.wasm`, ...FLAGS], { baseDir: root });
  if (error) throw new Error(`kernel ${name} does not compile\n${stderr.toString()}`);
}

/** Workers run outside the module system of tests and builds: one CommonJS file each, which starts faster, with type imports only. */
function buildWorkers() {
  const source = path.join(root, 'src', 'compute', 'workers');
  for (const file of readdirSync(source).filter((name) => name.endsWith('.ts'))) {
    const { code } = transformSync(readFileSync(path.join(source, file), 'utf8'), {
      filename: file, module: { type: 'commonjs' }, jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    });
    writeFileSync(path.join(build, file.replace(/\.ts$/, '.cjs')), code);
  }
}

mkdirSync(build, { recursive: true });
buildWorkers();
for (const kernel of KERNELS) await buildKernel(kernel);
