import { describe, expect, it } from '@jest/globals';
import { parseHTML } from 'linkedom';
import { analysisSchema, type Analysis } from '../../src/experiment/analysis.js';
import { renderReport, reportFormats } from '../../src/report/report.js';
import { ANALYSES, hostile, recordsOf } from './fixtures.js';

const cases = Object.entries(ANALYSES).map(([name, make]) => ({ name, analysis: make() }));
const page = async (analysis: Analysis) => parseHTML(await renderReport(analysis, 'html', { records: recordsOf(analysis) })).document;

describe('fixtures', () => {
  it.each(cases)('$name has the verdict of its name and the shape of an analysis', ({ name, analysis }) => {
    expect(analysis.decision.verdict).toBe(name);
    expect(() => analysisSchema.parse(analysis)).not.toThrow();
  });
});

describe('every format', () => {
  it.each(cases.flatMap((given) => reportFormats.map((format) => ({ ...given, format }))))('$format of $name is the same twice and holds no number that is none', async ({ analysis, format }) => {
    const once = await renderReport(analysis, format);
    expect(await renderReport(structuredClone(analysis), format)).toBe(once);
    expect(once).not.toMatch(/\bNaN\b(?! or infinite)|Infinity\b|undefined|\[object/);
    expect(once.endsWith('\n')).toBe(true);
  });
});

describe('text', () => {
  it('begins with the verdict', async () => {
    const firstLine = async (name: string) => (await renderReport(ANALYSES[name]!(), 'text')).split('\n')[0];
    expect(await firstLine('ship')).toBe('SHIP one_page  One-page checkout');
    expect(await firstLine('do_not_ship')).toBe('DO NOT SHIP  One-page checkout');
    expect(await firstLine('keep_running')).toBe('KEEP RUNNING  One-page checkout  (exploratory)');
    expect(await firstLine('invalid')).toBe('INVALID  One-page checkout');
  });
  it('lets no name move the cursor', async () =>
    expect(await renderReport(hostile(), 'text')).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/));
  it('fits one screen', async () => {
    for (const { analysis } of cases) expect((await renderReport(analysis, 'text')).split('\n').length).toBeLessThan(50);
  });
});

describe('json', () => {
  it('reads back as the analysis, to the last digit', async () => {
    const analysis = ANALYSES['ship']!();
    expect(analysisSchema.parse(JSON.parse(await renderReport(analysis, 'json')))).toEqual(analysisSchema.parse(JSON.parse(JSON.stringify(analysis))));
  });
  it('carries the decision records when there are some', async () => {
    const analysis = ANALYSES['ship']!();
    const read = JSON.parse(await renderReport(analysis, 'json', { records: recordsOf(analysis) })) as { records: unknown[] };
    expect(read.records).toEqual(recordsOf(analysis));
  });
});

describe('md', () => {
  it('takes no name for markup', async () => {
    const text = await renderReport(hostile(), 'md');
    const outsideCode = text.replace(/(`{3,})sql\n[\s\S]*?\n\1/g, '').replace(/(?<!\\)(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, '');
    expect(outsideCode).not.toMatch(/(?<!\\)<(script|img)/);
    expect(outsideCode).not.toMatch(/(?<!\\)`/);
  });
  it('gives each row of a table as many cells as its head', async () => {
    for (const analysis of [hostile(), ...cases.map((given) => given.analysis)]) {
      const tables = (await renderReport(analysis, 'md')).split('\n\n').filter((block) => block.startsWith('|'));
      expect(tables.length).toBeGreaterThan(3);
      for (const table of tables) expect(new Set(table.trim().split('\n').map((line) => line.split(/(?<!\\)\|/).length)).size).toBe(1);
    }
  });
});

describe('html', () => {
  it.each(cases)('says verdict, reason and what would change it before anything else: $name', async ({ analysis }) => {
    const document = await page(analysis);
    expect(document.querySelector('h1')!.getAttribute('data-verdict')).toBe(analysis.decision.verdict);
    const header = document.querySelector('header')!;
    expect(header.textContent).toContain(analysis.decision.reason);
    expect(header.querySelectorAll('.change li').length).toBeGreaterThan(0);
    expect(document.querySelector('body')!.firstElementChild).toBe(header);
  });

  it('escapes every text of plan and data', async () => {
    const document = await page(hostile());
    expect(document.querySelectorAll('script, img, iframe, object, embed, link, base, form').length).toBe(0);
    expect(document.querySelector('.title')!.textContent).toContain('<script>alert(1)</script>');
    for (const element of document.querySelectorAll('*')) {
      for (const { name } of element.attributes) expect(name).not.toMatch(/^on|^style$/);
    }
    for (const anchor of document.querySelectorAll('a')) expect(anchor.getAttribute('href')).toMatch(/^(https?:|#)/);
  });

  it('asks nothing of the network', async () => {
    const document = await page(ANALYSES['ship']!());
    expect(document.querySelectorAll('[src], [srcset], link, script').length).toBe(0);
    expect(document.querySelector('style')!.textContent).not.toMatch(/url\(|@import/);
    expect(document.querySelector('meta[http-equiv]')!.getAttribute('content')).toContain("default-src 'none'");
  });

  it('labels an exploratory analysis and lists every difference', async () => {
    const analysis = ANALYSES['keep_running']!();
    const document = await page(analysis);
    expect(document.querySelector('header .exploratory')!.textContent).toContain('departs from the locked plan in 6 places');
    for (const { path } of analysis.differences) expect(document.querySelector('[aria-labelledby=plan]')!.textContent).toContain(path);
    expect((await page(ANALYSES['ship']!())).querySelector('.exploratory')).toBeNull();
  });

  it('names models, features, approver, hashes, SQL, seed and code', async () => {
    const analysis = ANALYSES['ship']!();
    const text = (await page(analysis)).body.textContent!;
    for (const part of ['fraud-score 12', 'customer_orders v4', 'Ada Keller, analyst', analysis.planHash, analysis.fingerprint.digest, 'COVAR_SAMP', '20260301', 'assay 0.1.0', 'duckdb 1.5.6']) expect(text).toContain(part);
  });

  it('heads every section and scopes every head of a table', async () => {
    const document = await page(ANALYSES['keep_running']!());
    for (const section of document.querySelectorAll('section')) expect(section.querySelector('h2')!.id).toBe(section.getAttribute('aria-labelledby'));
    for (const head of document.querySelectorAll('th')) expect(head.getAttribute('scope')).toMatch(/^(col|row|rowgroup)$/);
    for (const svg of document.querySelectorAll('svg')) expect(svg.getAttribute('aria-label')!.length).toBeGreaterThan(20);
    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('marks no figure of an invalid analysis as an effect', async () => {
    const invalid = await page(ANALYSES['invalid']!());
    expect(invalid.querySelectorAll('td .good, td .bad').length).toBe(0);
    expect(invalid.querySelector('[aria-labelledby=effects] .note')!.textContent).toContain('not effects');
    expect((await page(ANALYSES['ship']!())).querySelectorAll('td .good').length).toBeGreaterThan(0);
  });

  it('shows a refusal as its sentence and never as a point', async () => {
    const document = await page(ANALYSES['keep_running']!());
    const row = [...document.querySelectorAll('tbody tr')].find((tr) => tr.textContent!.startsWith('errors'))!;
    expect(row.textContent).toContain('Cannot be said: lift needs a control mean away from zero');
    expect(row.textContent).not.toMatch(/0\.00%/);
  });
});
