import { describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { DuckDBInstance } from '@duckdb/node-api';
import { estimators } from '../../src/stats/estimators/index.js';
import { assay } from './capture.js';
import { folderOf, type Folder } from './fixture.js';
import { isShared, sharedFile } from './shared.js';

const spec = (data: string, more: object = {}) => ({ estimator: 'welch', data, columns: { outcome: 'y', treatment: 't' }, ...more });
const rows = Array.from({ length: 40 }, (_, i) => ({ t: i % 2, y: ((i * 7) % 11) + (i % 2) * 1.5 }));
const csv = (delimiter = ','): string[] => [`t${delimiter}y${delimiter}note`, ...rows.map(({ t, y }) => `${t}${delimiter}${y}${delimiter}a b`)];

async function estimated(folder: Folder, content: object): Promise<{ code: number; result?: { difference: { estimate: number } }; refusal?: { reason: string; detail: string }; provenance: { rows: number; droppedRows: number; sha256: string } }> {
  const { code, out, err } = await assay(['estimate', folder.write('spec.json', content), '--format', 'json']);
  expect(err).toBe('');
  return { code, ...JSON.parse(out) };
}

async function writeParquet(source: string, target: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT * FROM read_csv('${source}')) TO '${target}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

const means = (arm: number): number => { const of = rows.filter(({ t }) => t === arm); return of.reduce((sum, { y }) => sum + y, 0) / of.length; };

describe('assay estimate', () => {
  it('gives one answer for one table as CSV, with semicolons, with CRLF and a byte-order mark, as TSV, NDJSON, Parquet and Arrow', async () => {
    using folder = folderOf({
      'a.csv': csv(), 'semicolon.csv': csv(';'), 'crlf.csv': `\uFEFF${csv().join('\r\n')}\r\n`, 'a.tsv': csv('\t'),
      'a.ndjson': rows.map((row) => JSON.stringify(row)),
    });
    await writeParquet(path.join(folder.path, 'a.csv'), path.join(folder.path, 'a.parquet'));
    writeFileSync(path.join(folder.path, 'a.arrow'), tableToIPC(tableFromArrays({ t: Int32Array.from(rows, ({ t }) => t), y: Float64Array.from(rows, ({ y }) => y) }), 'file'));
    const files = ['a.csv', 'semicolon.csv', 'crlf.csv', 'a.tsv', 'a.ndjson', 'a.parquet', 'a.arrow'];
    const answers = [];
    for (const file of files) answers.push(await estimated(folder, spec(file)));
    expect(answers[0]!.result!.difference.estimate).toBeCloseTo(means(1) - means(0), 12);
    for (const answer of answers) expect(answer.result).toEqual(answers[0]!.result);
    expect(answers.map(({ provenance }) => [provenance.rows, provenance.droppedRows])).toEqual(files.map(() => [40, 0]));
  });

  it('a forest takes covariates with gaps and categories in words, and says what it left out for other reasons', async () => {
    const forestRows = Array.from({ length: 400 }, (_, i) => {
      const x = ((i * 37) % 101) / 50 - 1;
      return [i === 0 ? '' : x + (i % 2) * Math.max(x, 0) + ((i * 29) % 17) / 10, i % 2, i % 5 === 0 ? '' : x, i % 9 === 0 ? 'NA' : ['de', 'fr', 'it'][i % 3]].join(',');
    });
    using folder = folderOf({ 'forest.csv': ['y,w,x,country', ...forestRows] });
    const answer = await estimated(folder, { estimator: 'causal_forest', data: 'forest.csv', columns: { outcome: 'y', treatment: 'w', covariates: ['x'], categories: ['country'] }, options: { trees: 100, propensity: 0.5 } });
    expect(answer).toMatchObject({ code: 0, provenance: { rows: 400, droppedRows: 1 }, result: { n: 399, trimmedShare: 0, importance: [{ name: 'x' }, { name: 'country' }] } });
  });

  it('leaves out rows with an empty or NA value in a used column, counts them and says so', async () => {
    using folder = folderOf({ 'a.csv': [...csv(), '1,NA,x', ',3,x', '0,,x', '1,4.5,'] });
    const { code, provenance } = await estimated(folder, spec('a.csv'));
    expect({ code, rows: provenance.rows, droppedRows: provenance.droppedRows }).toEqual({ code: 0, rows: 44, droppedRows: 3 });
    const { out } = await assay(['estimate', path.join(folder.path, 'spec.json')]);
    expect(out).toContain('44 rows of a.csv, 3 left out because a used column is empty');
  });

  it('--data takes the place of the file that the spec names, relative to the current folder', async () => {
    using folder = folderOf({ 'b.csv': csv(), 'spec.yaml': ['estimator: welch', 'data: nowhere.csv', 'columns: { outcome: y, treatment: t }'] });
    const { code, out } = await assay(['estimate', 'spec.yaml', '--data', 'b.csv', '--format', 'json'], { cwd: folder.path });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ estimator: 'welch', result: { difference: {} }, provenance: { options: { level: 0.95 }, seed: 1 } });
  });

  it('truth values are numbers where numbers are asked for', async () => {
    using folder = folderOf({ 'a.csv': ['t,y', ...rows.map(({ t, y }) => `${t},${y > 5 ? 'TRUE' : 'false'}`)] });
    const { result } = await estimated(folder, spec('a.csv'));
    const share = (arm: number) => rows.filter(({ t, y }) => t === arm && y > 5).length / 20;
    expect(result!.difference.estimate).toBeCloseTo(share(1) - share(0), 12);
  });

  it('levels that are numbers are in the order of their values, so that 9 is the control of 10', async () => {
    using folder = folderOf({ 'a.csv': ['t,y', ...rows.map(({ t, y }) => `${t ? 10 : 9},${y}`)] });
    const { result } = await estimated(folder, spec('a.csv'));
    expect(result!.difference.estimate).toBeCloseTo(means(1) - means(0), 12);
  });

  it('a column that is NaN or infinite somewhere is refused with exit code 30', async () => {
    using folder = folderOf({ 'a.csv': [...csv(), '1,NaN,x', '0,inf,x'] });
    const { code, refusal } = await estimated(folder, spec('a.csv'));
    expect({ code, reason: refusal!.reason }).toEqual({ code: 30, reason: 'not_finite' });
  });

  it.each([
    ['text in a numeric column, by its line', [...csv(), '1,abc,x'], {}, /column "y" of .*a\.csv must be numeric; line 42 holds "abc"/],
    ['a line with too few values, by its number', [...csv(), '1,2'], {}, /a\.csv is broken at line 42: it has 2 values where the header has 3/],
    ['a line with too many values, by its number', [...csv().slice(0, 5), '1,2,3,4', ...csv().slice(5)], {}, /a\.csv is broken at line 6: it has 4 values where the header has 3/],
    ['a quote that is never closed', [...csv(), '1,2,"x'], {}, /a\.csv is broken at line 42: a quote is never closed/],
    ['an empty file', '', {}, /a\.csv has no header line/],
    ['two columns of one name', ['t,y,y', '1,2,3'], {}, /two columns named "y"/],
    ['a column that is misspelt', csv(), { columns: { outcome: 'yy', treatment: 't' } }, /has no column "yy"; the nearest is "y"/],
    ['a role that is misspelt', csv(), { columns: { outcom: 'y', treatment: 't' } }, /welch has no role "outcom"; the nearest is "outcome"/],
    ['a role that nobody plays', csv(), { columns: { outcome: 'y' } }, /columns\.treatment must name a column/],
    ['two columns for one role', csv(), { columns: { outcome: ['y', 't'], treatment: 't' } }, /columns\.outcome takes one column; got y, t/],
    ['options field by field', csv(), { options: { level: 2, alternativ: 'left' } }, /options\.level: must be <1\n {2}options: does not know "alternativ"/],
    ['an estimator that is misspelt', csv(), { estimator: 'welsh' }, /there is no estimator "welsh"; the nearest is "welch"/],
    ['a file that is missing', csv(), { data: 'b.csv' }, /there is no data file at .*b\.csv/],
    ['a field that no spec has', csv(), { column: {} }, /does not know "column"/],
  ])('%s ends with 2 and a sentence', async (_, content, more, says) => {
    using folder = folderOf({ 'a.csv': content, 'spec.json': spec('a.csv', more) });
    const { code, out, err } = await assay(['estimate', path.join(folder.path, 'spec.json')]);
    expect(err).toMatch(says);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  const shared = isShared('datasets', 'hillstrom.csv') ? it : it.skip;
  shared('reads 64,000 rows of Hillstrom and finds the effect of the women\'s e-mail on visits that lm finds', async () => {
    using folder = folderOf();
    const { result, provenance } = await estimated(folder, {
      estimator: 'welch', data: sharedFile('datasets', 'hillstrom.csv'),
      columns: { outcome: 'visit', treatment: 'segment' }, options: { control: 'No E-Mail', treatment: 'Womens E-Mail' },
    });
    expect(result!.difference.estimate).toBeCloseTo(0.045233106587, 9);
    expect(provenance).toMatchObject({ rows: 64_000, sha256: 'ff9e59285e9dc3f5fa3e0975419e6631ea5bdccd65d818991473d2367e02979c' });
  });
});

describe('assay estimators', () => {
  it('lists every registered estimator', async () => {
    const { code, out } = await assay(['estimators']);
    expect(code).toBe(0);
    for (const { name, title } of estimators) expect(out).toContain(`${name.padEnd(Math.max(...estimators.map((e) => e.name.length)))}  ${title}`);
  });

  it('describes one: roles, options with defaults, result and references', async () => {
    const { out } = await assay(['estimators', 'lin']);
    for (const text of ['estimates E[Y | treatment] - E[Y | control]', 'outcome     numeric column', 'level', 'number (0.95)', 'varianceReduction', 'Lin (2013)']) expect(out).toContain(text);
  });

  it('shows an object once, and names it where it comes again', async () => {
    const { out } = await assay(['estimators', 'policy_tree']);
    expect(out.match(/interval\.shape/g)).toHaveLength(1);
    expect(out).toMatch(/advantages\[\]\.difference +as value \| null +value of the policy less that of this one action/);
  });

  it('--json has the JSON Schema of options and result', async () => {
    const { out } = await assay(['estimators', 'welch', '--json']);
    expect(JSON.parse(out)).toMatchObject({ name: 'welch', options: { type: 'object', properties: { level: { default: 0.95 } } }, result: { type: 'object' } });
  });
});
