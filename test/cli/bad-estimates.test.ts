import { describe, expect, it } from '@jest/globals';
import { stream } from '../../src/stats/numeric/random.js';
import { assay } from './capture.js';
import { folderOf } from './fixture.js';

type Row = Readonly<Record<'y' | 'w' | 'a' | 'c' | 'k' | 'weight', string | number>>;
const UNITS = 120;

/** Rows of an experiment, some of which may be spoiled. */
function lines(units: number, spoil: (i: number) => Partial<Row> = () => ({})): string[] {
  const random = stream(5);
  return ['y,w,a,c,k,weight', ...Array.from({ length: units }, (_, i) => {
    const [a, w] = [random.uniform(), i % 2];
    const row: Row = { y: (a + 0.5 * w + random.normal()).toFixed(4), w, a: a.toFixed(4), c: ['de', 'fr'][random.integer(2)]!, k: `k${i % 20}`, weight: 1, ...spoil(i) };
    return [row.y, row.w, row.a, row.c, row.k, row.weight].join(',');
  })];
}

const columns = { outcome: 'y', treatment: 'w', covariates: ['a'], categories: ['c'] };

interface Bad {
  readonly name: string;
  readonly rows?: string[];
  readonly columns?: object;
  readonly code: 2 | 30;
  readonly says: RegExp;
}

/** What both a forest and a learner say, when estimated and when trained. */
const cases: readonly Bad[] = [
  { name: 'no rows', rows: lines(0), code: 30, says: /needs at least 2 rows with a value in every column that may not be missing; got 0[^]*Bring more rows/ },
  { name: 'one row', rows: lines(1), code: 30, says: /needs at least 2 rows .*; got 1/ },
  { name: 'only rows without an outcome', rows: lines(UNITS, () => ({ y: '' })), code: 30, says: /needs at least 2 rows .*; got 0[^]*fill in the values that are missing/ },
  { name: 'a file without a line', rows: [], code: 2, says: /data\.csv has no header line/ },
  { name: 'an outcome that is NaN', rows: lines(UNITS, (i) => (i === 7 ? { y: 'NaN' } : {})), code: 30, says: /column y has NaN or infinite ones/ },
  { name: 'an outcome that is infinite', rows: lines(UNITS, (i) => (i === 7 ? { y: 'inf' } : {})), code: 30, says: /column y has NaN or infinite ones/ },
  { name: 'an outcome that is text', rows: lines(UNITS, (i) => (i === 7 ? { y: 'high' } : {})), code: 2, says: /column "y" of .* must be numeric; line 9 holds "high"/ },
  { name: 'an outcome too large to be squared', rows: lines(UNITS, (i) => ({ y: `${i}e300` })), code: 30, says: /too large to (be squared|square)/ },
  { name: 'two columns of one name', rows: lines(UNITS).map((line, i) => (i === 0 ? 'y,w,a,a,k,weight' : line)), code: 2, says: /has two columns named "a"/ },
  { name: 'the treatment among the covariates', columns: { ...columns, covariates: ['a', 'w'] }, code: 2, says: /columns\.covariates must leave out w, which is the treatment/ },
  { name: 'the outcome among the categories', columns: { ...columns, categories: ['y'] }, code: 2, says: /columns\.categories must leave out y, which is the outcome/ },
  { name: 'a covariate that is named twice', columns: { ...columns, covariates: ['a', 'a'] }, code: 2, says: /columns\.covariates must leave out a, which is named twice/ },
  { name: 'a weight below 0', rows: lines(UNITS, (i) => ({ weight: i === 3 ? -1 : 1 })), columns: { ...columns, weight: 'weight' }, code: 30, says: /weights .*at least 0/ },
  { name: 'weights that are all 0', rows: lines(UNITS, () => ({ weight: 0 })), columns: { ...columns, weight: 'weight' }, code: 30, says: /needs rows with weight; every value of weight is 0[^]*leave the role weight out/ },
  { name: 'a single cluster', rows: lines(UNITS, () => ({ k: 'k' })), columns: { ...columns, cluster: 'k' }, code: 30, says: /needs at least 2 clusters; column k has 1[^]*leave the role cluster out/ },
  { name: 'too few clusters', rows: lines(UNITS, (i) => ({ k: `k${i % 2}` })), columns: { ...columns, cluster: 'k' }, code: 30, says: /of 2 clusters; it needs at least 4[^]*Bring more clusters|as many clusters as folds[^]*bring more clusters/ },
];

describe.each([['causal_forest', { trees: 50 }], ['irm', {}]])('assay estimate %s', (estimator, options) => {
  it.each(cases)('$name', async ({ rows = lines(UNITS), columns: given = columns, code, says }) => {
    using folder = folderOf({ 'data.csv': rows });
    const { code: ended, out, err } = await assay(['estimate', folder.write('spec.json', { estimator, data: 'data.csv', columns: given, options })], { cwd: folder.path });
    expect(out + err).toMatch(says);
    expect(ended).toBe(code);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe.each([['causal_forest', { trees: 50, rate: null }], ['t_learner', { trees: 20, rate: null }]])('assay model train, %s', (kind, options) => {
  it.each(cases)('$name', async ({ rows = lines(UNITS), columns: given = columns, code, says }) => {
    using folder = folderOf({ 'data.csv': rows });
    const { code: ended, out, err } = await assay(['model', 'train', folder.write('spec.json', { name: 'bad', kind, data: 'data.csv', columns: given, options }), '--out', 'models'], { cwd: folder.path });
    expect(out + err).toMatch(says);
    expect(ended).toBe(code);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

it('a file of a thousand columns is read in some seconds', async () => {
  const names = Array.from({ length: 1000 }, (_, j) => `x${j}`);
  const random = stream(6);
  using folder = folderOf({ 'wide.csv': [`y,w,${names.join(',')}`, ...Array.from({ length: 60 }, (_, i) => [random.normal(), i % 2, ...names.map(() => random.uniform().toFixed(3))].join(','))] });
  const before = process.cpuUsage().user;
  const { code } = await assay(['estimate', folder.write('spec.json', { estimator: 'causal_forest', data: 'wide.csv', columns: { outcome: 'y', treatment: 'w', covariates: names }, options: { trees: 50 } })], { cwd: folder.path });
  expect(code).toBe(0);
  expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(15);
});
