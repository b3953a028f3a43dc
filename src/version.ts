import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

/** Version of the code that computed a result; part of every analysis and decision record. */
export const codeVersion = manifest.version;
