import path from 'node:path';
import { Command } from 'commander';
import { progressOn } from './progress.js';
import type { Terminal } from './terminal.js';
import type { VerbContext } from './verb.js';

interface DemoOptions { readonly once?: boolean }

/** A service with a web shop in it. */
export const demoVerb = ({ terminal }: VerbContext): Command => new Command('demo')
  .summary('start the service with four experiments of a simulated web shop')
  .description('Starts the service, simulates a web shop of 60,000 customers with four experiments whose truth is known, analyses them through the queue, prints a verdict and a report each, and keeps serving.')
  .option('--once', 'end after the verdicts')
  .addHelpText('after', `
Everything is kept in the data folder (ASSAY_DATA, .data), so a second start is quick. PORT=8080 assay demo takes another port.
On this machine the demo may be used without a key; the admin's key is in the file demo-admin.key of the data folder.

Example:
  $ assay demo`)
  .action((options: DemoOptions) => demoCommand(terminal, options));

async function demoCommand(terminal: Terminal, { once }: DemoOptions): Promise<void> {
  const progress = progressOn(terminal);
  progress.report(0, 'starting the service and simulating the shop');
  const { configFrom } = await import('../service/config.js');
  const config = configFrom(terminal.env);
  const folder = path.join(config.data, 'demo');
  const preparing = import('../demo/prepare-beside.js').then(({ prepareDemoBeside }) => prepareDemoBeside(folder));
  preparing.catch(() => undefined); // awaited below; a service that cannot start is told first
  const service = await startService(terminal, config.data, config.adminKey).catch((error: unknown) => { progress.end(); throw error; });
  try {
    await preparing;
    const [{ runDemo }, { demoLines }] = await Promise.all([import('../demo/run.js'), import('../demo/lines.js')]);
    const lines = await runDemo({ url: service.url, key: service.key, folder, onProgress: progress.report }).finally(progress.end);
    terminal.out(demoLines(lines, terminal.outIsTerminal));
    if (once) return;
    terminal.out(`\nAssay is ready at ${service.url} (GraphQL at /graphql, its page at /ide). Ctrl+C stops it.\n`);
    await stopSignal();
  } finally {
    await service.close();
  }
}

async function startService(terminal: Terminal, data: string, givenKey: string | undefined): Promise<{ url: string; key: string; close(): Promise<void> }> {
  const [{ serve }, { demoAdminKey }] = await Promise.all([import('../service/serve.js'), import('../demo/admin-key.js')]);
  const key = givenKey ?? await demoAdminKey(data);
  const service = await serve({ demo: true, adminKey: key, ...(!terminal.env['LOG_LEVEL'] && { logLevel: 'warn' }) });
  return { url: service.url, key, close: () => service.close() };
}

const stopSignal = (): Promise<void> => new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});
