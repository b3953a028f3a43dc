import { runCli } from '../../src/cli/run.js';
import type { Terminal } from '../../src/cli/terminal.js';

export interface Captured { readonly code: number; readonly out: string; readonly err: string }

/** Runs a command line in this process, as if in a pipe. */
export async function assay(args: readonly string[], world: Partial<Pick<Terminal, 'cwd' | 'env' | 'errIsTerminal'>> = {}): Promise<Captured> {
  let [out, err] = ['', ''];
  const code = await runCli(args, {
    cwd: process.cwd(), env: {}, outIsTerminal: false, errIsTerminal: false,
    out: (text) => { out += text; },
    err: (text) => { err += text; },
    ...world,
  });
  return { code, out, err };
}
