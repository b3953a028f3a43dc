import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Built kernels and their workers; the same place from the sources and from dist. */
const BUILD = new URL('../../kernels/compute/build/', import.meta.url);

const modules = new Map<string, Promise<WebAssembly.Module>>();

/** A kernel of kernels/compute, compiled once a process; its machine code is shared by all workers. */
export function loadKernel(name: string): Promise<WebAssembly.Module> {
  const known = modules.get(name);
  if (known) return known;
  const module = compile(name);
  module.catch(() => modules.delete(name));
  modules.set(name, module);
  return module;
}

async function compile(name: string): Promise<WebAssembly.Module> {
  const file = new URL(`${name}.wasm`, BUILD);
  const bytes = await readFile(file).catch(() => {
    throw new Error(`kernel ${name} is not built: ${fileURLToPath(file)} is missing; run npm run build`);
  });
  return WebAssembly.compile(bytes);
}

/** The script of the workers that drive a kernel. */
export const workerScript = (name: string): URL => new URL(`${name}.cjs`, BUILD);
