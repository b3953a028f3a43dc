import { describe, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { analysisSchema } from '../../src/experiment/analysis.js';
import { renderReport } from '../../src/report/report.js';
import { GOLDEN } from './golden-analyses.js';

const FOLDER = new URL('../golden/reports/', import.meta.url);

describe('golden reports', () => {
  it.each(Object.entries(GOLDEN))('%s has the verdict of its name', async (name, make) => {
    const analysis = await make();
    expect(analysis.decision.verdict).toBe(name);
    expect(() => analysisSchema.parse(analysis)).not.toThrow();
  });

  it.each(Object.keys(GOLDEN).flatMap((name) => (['md', 'json', 'html', 'text'] as const).map((format) => ({ name, format }))))('$name in $format is as committed; UPDATE_GOLDEN=1 writes it anew', async ({ name, format }) => {
    const rendered = await renderReport(await GOLDEN[name]!(), format);
    const file = new URL(`${name}.${format === 'text' ? 'txt' : format}`, FOLDER);
    if (process.env['UPDATE_GOLDEN']) {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, rendered);
    }
    expect(rendered).toBe(readFileSync(file, 'utf8'));
  });
});
