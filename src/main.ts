/** The service, until it is told to stop. */
try {
  const { serve } = await import('./service/serve.js');
  const service = await serve();
  process.stdout.write(`Assay is ready at ${service.url} (GraphQL /graphql, its page /ide)\n`);
  if (service.adminKey) process.stdout.write(`Admin key, shown this once: ${service.adminKey}\n`);
  const stop = (): void => {
    service.close().then(() => process.exit(0), () => process.exit(1));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
} catch (error) {
  process.stderr.write(`assay: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
