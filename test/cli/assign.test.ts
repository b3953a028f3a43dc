import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { assay as sdk } from '../../src/sdk/index.js';
import { assay } from './capture.js';
import { exampleFolder } from './fixture.js';

const config = { key: 'checkout', variations: [{ key: 'control', weight: 0.5 }, { key: 'blue', weight: 0.5 }] };
const units = Array.from({ length: 2000 }, (_, i) => `user-${i}`);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'assay-assign-'));
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  write('checkout.json', JSON.stringify(config));
  write('growthbook.yaml', 'key: seed\nhash: growthbook_v2\nvariations: [{ key: a, weight: 0.5 }, { key: b, weight: 0.5 }]\n');
  write('users.csv', `user_id\n${units.join('\n')}\n`);
  write('odd.csv', 'id,device,was\n007,,\n,d-1,\n"é,ü",,blue\n,,\nx,,gone\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = (...args: string[]) => assay(['assign', ...args], { cwd: folder });

describe('assay assign', () => {
  it('says what one unit gets and why, the same as the library says', async () => {
    const { variation, bucket } = sdk.assign(config, ['user-42'])[0]!;
    expect((await run('checkout.json', 'user-42')).out).toBe(`${variation}  (user-42 in checkout: bucket, bucket ${bucket})\n`);
    expect(JSON.parse((await run('checkout.json', 'user-42', '--format', 'json')).out)).toMatchObject({ variation, bucket, reason: 'bucket' });
    expect((await run('checkout.json', 'user-42', '--stored', 'control')).out).toMatch(/^control {2}\(.*: sticky\)/);
  });

  it('is bit for bit the public specification in its mode, beyond ASCII too', async () => {
    // hash of version 2 by BigInt arithmetic over UTF-16 code units
    const fnv = (text: string) => Number([...Array(text.length).keys()].reduce((hash, i) => ((hash ^ BigInt(text.charCodeAt(i))) * 0x01000193n) & 0xffffffffn, 0x811c9dc5n));
    for (const id of ['b', 'zoë', '用户', '🙂']) {
      const { bucket } = JSON.parse((await run('growthbook.yaml', id, '--format', 'json')).out);
      expect([id, bucket]).toEqual([id, (fnv(String(fnv(`seed${id}`))) % 10000) / 10000]);
    }
  });

  it('assigns a file in its order, and summarises beside --out', async () => {
    const { out } = await run('checkout.json', '--units', 'users.csv', '--column', 'user_id', '--out', 'assigned.csv');
    expect(out).toMatch(/^checkout: 2000 of 2000 units take part\n {2}control +\d+ {2}\d\d\.\d\d % \(weight 0\.5\)/);
    const lines = readFileSync(path.join(folder, 'assigned.csv'), 'utf8').trim().split('\n');
    expect(lines[0]).toBe('experiment,unit,variation,reason,bucket,used_fallback,bucket_version');
    expect(lines.slice(1).map((line) => line.split(',')[2])).toEqual(sdk.assign(config, units).map(({ variation }) => variation));
  });

  it('reads identifiers as text, falls back to a second, and keeps what was stored', async () => {
    const { out } = await run('checkout.json', '--units', 'odd.csv', '--column', 'id', '--fallback-column', 'device', '--stored-column', 'was', '--format', 'ndjson');
    const rows = out.trim().split('\n').map((line) => JSON.parse(line));
    expect(rows.map(({ unit, reason, usedFallback }) => [unit, reason, usedFallback])).toEqual([
      ['007', 'bucket', false], ['d-1', 'bucket', true], ['é,ü', 'sticky', false], [null, 'no_identifier', false], ['x', 'bucket', false],
    ]);
  });

  it('takes the arms of a plan for the variations', async () => {
    using example = exampleFolder();
    const plan = path.join(example.path, 'plan.yaml');
    const { code, out } = await assay(['assign', plan, 'user-1', '--format', 'json']);
    expect([code, JSON.parse(out).reason]).toEqual([0, 'bucket']);
  });

  it.each([
    [['checkout.json'], /give one unit, or --units with a file of them/],
    [['checkout.json', '--units', 'users.csv'], /has no column "unit".*it has user_id/],
    [['checkout.json', '--units', 'none.csv'], /there is no file of units at/],
    [['users.csv', 'u'], /is not a configuration that can be used|cannot be used/],
  ])('bad input %j ends with 2 and a sentence', async (args, sentence) => {
    const { code, err } = await run(...args);
    expect([code, err]).toEqual([2, expect.stringMatching(sentence)]);
  });

  it('a bad configuration names every field that is wrong', async () => {
    writeFileSync(path.join(folder, 'bad.json'), JSON.stringify({ ...config, coverage: 2, variations: [{ key: 'a', weight: 0.7 }, { key: 'a', weight: 0.7 }] }));
    const { code, err } = await run('bad.json', 'u');
    expect(code).toBe(2);
    expect(err).toContain('coverage: must be <=1');
    writeFileSync(path.join(folder, 'bad.json'), JSON.stringify({ ...config, variations: [{ key: 'a', weight: 0.7 }, { key: 'a', weight: 0.7 }] }));
    expect((await run('bad.json', 'u')).err).toMatch(/variations\[1\]\.key: a appears twice in variations\n {2}variations: weights of the variations must sum to 1; they sum to 1\.4/);
  });
});

describe('assay allocate', () => {
  const stores = Array.from({ length: 60 }, (_, i) => ({ store: `s${i}`, region: ['north', 'south', 'west'][i % 3]!, revenue: 100 + ((i * 37) % 50), visitors: (i * 13) % 29 }));
  beforeAll(() => writeFileSync(path.join(folder, 'stores.csv'), ['store,region,revenue,visitors', ...stores.map((s) => `${s.store},${s.region},${s.revenue},${s.visitors}`), ''].join('\n')));
  const deal = (...args: string[]) => assay(['allocate', 'stores.csv', '--column', 'store', ...args], { cwd: folder });

  it('--within holds the shares in every stratum', async () => {
    const { code, out } = await deal('--within', 'region', '--arms', 'control=0.75,new=0.25', '--out', 'arms.csv');
    expect([code, out.split('\n').slice(0, 4)]).toEqual([0, ['stratum  control  new', 'north         15    5', 'south         15    5', 'west          15    5']]);
    const arms = readFileSync(path.join(folder, 'arms.csv'), 'utf8').trim().split('\n');
    expect([arms[0], arms.length, arms.filter((line) => line.endsWith(',new')).length]).toEqual(['unit,arm', 61, 15]);
  });

  it('--balance finds a salt that assay assign reproduces', async () => {
    const { code, out } = await deal('--balance', 'revenue', '--balance', 'visitors', '--candidates', '50', '--out', 'arms.csv');
    expect(code).toBe(0);
    const salt = /^salt: (\S+)/.exec(out)![1]!;
    const arms = readFileSync(path.join(folder, 'arms.csv'), 'utf8').trim().split('\n').slice(1).map((line) => line.split(',')[1]);
    const assigned = sdk.assign({ key: 'any', salt, variations: [{ key: 'control', weight: 0.5 }, { key: 'treatment', weight: 0.5 }] }, stores.map(({ store }) => store));
    expect(assigned.map(({ variation }) => variation)).toEqual(arms);
  });

  it.each([
    [[], /give --within for strata, or --balance for covariates/],
    [['--within', 'region', '--arms', 'a=0.5,b=0.6'], /must have positive shares that sum to 1; they sum to 1\.1/],
    [['--within', 'regoin'], /has no column "regoin"; the nearest is "region"/],
    [['--balance', 'region'], /column "region" of .* must be numeric/],
    [['--balance', 'revenue', '--acceptance', '0'], /--acceptance must be a share in \(0, 1\]/],
  ])('bad input %j ends with 2 and a sentence', async (args, sentence) => {
    const { code, err } = await deal(...args);
    expect([code, err]).toEqual([2, expect.stringMatching(sentence)]);
  });
});
