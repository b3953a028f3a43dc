import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { estimate, refusalOf, resultOf } from './run.js';

/** Made by vectors/designs.py. */
const reference = JSON.parse(readFileSync(new URL('./vectors/designs.json', import.meta.url), 'utf8'));
const near = (got: number, expected: number, relative = 1e-9) => expect(Math.abs(got - expected)).toBeLessThanOrEqual(relative * Math.abs(expected));

describe('designs against plain linear algebra', () => {
  it('cluster_difference has the CR2 error and Bell and McCaffrey\'s degrees of freedom of each arm', async () => {
    const { rows, ...expected } = reference.cluster;
    const { difference, units, control } = await resultOf('cluster_difference', { outcome: rows.y, treatment: rows.arm, cluster: rows.cluster });
    near(difference.estimate, expected.estimate);
    near(difference.standardError, expected.standardError);
    near(difference.degreesOfFreedom, expected.degreesOfFreedom);
    expect([units, control.n]).toEqual([75, 6]);
  });

  it('cluster_difference over clusters is Welch\'s test of cluster means', async () => {
    const { rows, clusters } = reference.cluster;
    const { difference } = await resultOf('cluster_difference', { outcome: rows.y, treatment: rows.arm, cluster: rows.cluster }, { weigh: 'clusters' });
    near(difference.estimate, clusters.estimate);
    near(difference.pValue, clusters.pValue);
    near(difference.degreesOfFreedom, clusters.degreesOfFreedom);
  });

  it('cluster_difference of clusters of one unit is Welch\'s test', async () => {
    const { rows } = reference.cluster;
    const clustered = await resultOf('cluster_difference', { outcome: rows.y, treatment: rows.arm, cluster: rows.y.map((_: number, i: number) => i) });
    const welch = await resultOf('welch', { outcome: rows.y, treatment: rows.arm });
    for (const field of ['estimate', 'standardError', 'degreesOfFreedom', 'pValue']) near(clustered.difference[field], welch.difference[field]);
  });

  it('complier_effect is two-stage least squares with robust errors; its Anderson-Rubin set inverts Welch\'s test', async () => {
    const { rows, ...expected } = reference.encouragement;
    const { difference, andersonRubin, firstStage } = await resultOf('complier_effect', { outcome: rows.y, treatment: rows.arm, uptake: rows.d }, { leastF: 0 });
    near(difference.estimate, expected.estimate);
    near(difference.standardError, expected.standardError);
    near(firstStage.f, expected.f);
    near(andersonRubin.pValue, expected.pValue);
    expect(andersonRubin.interval.shape).toBe('interval');
    // the brute force holds the degrees of freedom at those of no effect, as we do
    near(andersonRubin.interval.lower, expected.lower, 1e-8);
    near(andersonRubin.interval.upper, expected.upper, 1e-8);
  });

  it('the lift of a complier effect is that over the mean of compliers without treatment, by the delta method on plain means; of a dose there is none', async () => {
    const { rows } = reference.encouragement as { readonly rows: { readonly y: readonly number[]; readonly arm: readonly string[]; readonly d: readonly number[] } };
    const [base] = [...new Set(rows.arm)].sort();
    const y = rows.y.map((value) => value + 20);
    const columns = [y, y.map((value, i) => value * (1 - rows.d[i]!))];
    const arms = [true, false].map((isBase) => {
      const own = columns.map((of) => of.filter((_, i) => (rows.arm[i] === base) === isBase));
      const means = own.map((of) => of.reduce((a, b) => a + b, 0) / of.length);
      const n = own[0]!.length;
      return { means, cov: own.map((a, i) => own.map((b, j) => a.reduce((sum, value, u) => sum + (value - means[i]!) * (b[u]! - means[j]!), 0) / (n - 1) / n)) };
    });
    const [moved, without] = [0, 1].map((i) => arms[1]!.means[i]! - arms[0]!.means[i]!) as [number, number];
    // of moved / -without
    const gradient = [-1 / without, moved / without ** 2];
    const variance = gradient.reduce((sum, g, i) => sum + gradient.reduce((inner, h, j) => inner + g * h * (arms[0]!.cov[i]![j]! + arms[1]!.cov[i]![j]!), 0), 0);
    const { lift, liftRefusal } = await resultOf('complier_effect', { outcome: y, treatment: rows.arm, uptake: rows.d }, { leastF: 0 });
    expect(liftRefusal).toBeNull();
    near(lift.estimate, -moved / without);
    near(lift.standardError, Math.sqrt(variance));
    const dose = await resultOf('complier_effect', { outcome: y, treatment: rows.arm, uptake: rows.d.map((d) => 0.5 * d) }, { leastF: 0 });
    expect(dose).toMatchObject({ lift: null, liftRefusal: { reason: 'unsupported_combination' } });
  });

  it('factorial are the contrasts of cell means with HC2 errors, and Johansen\'s joint test', async () => {
    const { rows, ...expected } = reference.factorial;
    const { mainEffects, interactions, tests } = await resultOf('factorial', { y: rows.y, a: rows.a, c: rows.c }, {}, { outcome: 'y', factors: ['a', 'c'] });
    for (const [got, name] of [[mainEffects[0], 'a'], [mainEffects[2], 'c2'], [interactions[0], 'a1c1']] as const) {
      for (const field of ['estimate', 'standardError', 'degreesOfFreedom']) near(got[field], expected[name][field]);
    }
    near(tests[2].statistic, expected.statistic);
    near(tests[2].residualDegreesOfFreedom, expected.residualDegreesOfFreedom);
    near(tests[2].pValue, expected.pValue);
    const pair = await resultOf('interaction', { outcome: rows.y, first: rows.a, second: rows.c });
    near(pair.test.pValue, expected.pValue);
    expect(pair.interactions[0].estimate).toBe(interactions[0].estimate);
  });

  const geoColumns = () => {
    const { differences, base } = reference.geo as { differences: number[]; base: number[] };
    return { outcome: [...base, ...base.map((y, i) => y + differences[i]!)], treatment: [...base.map(() => 0), ...base.map(() => 1)], pair: [...base.keys(), ...base.keys()] };
  };
  it('paired_geo is the paired t-test, and all 256 coin tosses with the set that inverts them', async () => {
    const { pValue, standardError, flips, lower } = reference.geo;
    const { difference, randomisation, pairs } = await resultOf('paired_geo', geoColumns());
    near(difference.pValue, pValue);
    near(difference.standardError, standardError);
    expect([randomisation.pValue, randomisation.assignments, randomisation.isExact, pairs]).toEqual([flips, 256, true, 8]);
    expect(randomisation.interval.lower).toBeCloseTo(lower, 8);
  });

  it('paired_geo trimmed by an eighth leaves out the two odd pairs, with the winsorised error', async () => {
    const { trimmed, trimmedError } = reference.geo;
    const { difference, randomisation } = await resultOf('paired_geo', geoColumns(), { trim: 0.125 });
    near(difference.estimate, trimmed);
    near(difference.standardError, trimmedError);
    expect([difference.degreesOfFreedom, randomisation.interval]).toEqual([5, null]);
  });

  it('switchback is least squares on lagged treatment, with errors added up by coin toss', async () => {
    const { rows, coefficients, total, standardError, degreesOfFreedom } = reference.switchback;
    const found = await resultOf('switchback', { outcome: rows.y, treatment: rows.arm, time: rows.t, block: rows.block }, { lags: 2 });
    found.coefficients.forEach(({ estimate: got }: { estimate: number }, lag: number) => near(got, coefficients[lag]));
    near(found.difference.estimate, total);
    near(found.difference.standardError, standardError);
    near(found.difference.degreesOfFreedom, degreesOfFreedom);
    near(found.immediate.estimate + found.carryOver.estimate, total);
    expect(found.buckets).toBe(78);
  });

  it('switchback without lags is the cluster-randomised difference with blocks as clusters', async () => {
    const { rows } = reference.switchback;
    const found = await resultOf('switchback', { outcome: rows.y, treatment: rows.arm, time: rows.t, block: rows.block }, { burnIn: 1 });
    const keep = (values: number[]) => values.filter((_, i) => i % 4 > 0);
    const clustered = await resultOf('cluster_difference', { outcome: keep(rows.y), treatment: keep(rows.arm), cluster: keep(rows.block) });
    for (const field of ['estimate', 'standardError', 'degreesOfFreedom', 'pValue']) near(found.difference[field], clustered.difference[field]);
    expect(found.buckets).toBe(60);
  });

  it('post_stratified_mean weighs strata by their units and adds the error of the shares', async () => {
    const { rows, ...expected } = reference.strata;
    const { difference } = await resultOf('post_stratified_mean', { outcome: rows.y, treatment: rows.arm, stratum: rows.s });
    near(difference.estimate, expected.estimate);
    near(difference.standardError, expected.standardError);
  });

  it('post_stratified_mean of one stratum is the plain comparison, with covariates Lin\'s', async () => {
    const { rows } = reference.strata;
    const x = rows.y.map((y: number, i: number) => y + Math.sin(i));
    const data = { y: rows.y, arm: rows.arm, x, all: rows.y.map(() => 1) };
    for (const covariates of [[], ['x']]) {
      const stratified = await resultOf('post_stratified_mean', data, {}, { outcome: 'y', treatment: 'arm', stratum: 'all', covariates });
      const lin = await resultOf('lin', data, {}, { outcome: 'y', treatment: 'arm', covariates });
      for (const field of ['estimate', 'standardError', 'degreesOfFreedom']) near(stratified.difference[field], lin.difference[field]);
      near(stratified.lift.standardError, lin.lift.standardError);
    }
  });

  it('pooled reads several arms as one in which every unit weighs the same', async () => {
    const { rows } = reference.factorial;
    const arms = rows.c.map((c: number) => ['control', 'red', 'green'][c]!);
    const both = rows.c.map((c: number) => (c === 0 ? 'control' : 'both'));
    const pooled = await resultOf('cluster_difference', { outcome: rows.y, treatment: arms, cluster: rows.y.map((_: number, i: number) => i) }, { control: 'control', pooled: ['red', 'green'] });
    const welch = await resultOf('welch', { outcome: rows.y, treatment: both }, { control: 'control' });
    near(pooled.difference.estimate, welch.difference.estimate);
    near(pooled.difference.pValue, welch.difference.pValue);
    expect(pooled.treatment.name).toBe('red + green');
    for (const estimator of ['welch', 'lin']) {
      const { difference } = await resultOf(estimator, { outcome: rows.y, treatment: arms }, { control: 'control', pooled: ['red', 'green'] });
      expect(difference).toEqual(welch.difference);
    }
    await expect(estimate('cluster_difference', { outcome: rows.y, treatment: arms, cluster: rows.y }, { pooled: ['red', 'blue'] })).rejects.toThrow('pooled must name levels');
    await expect(estimate('cluster_difference', { outcome: rows.y, treatment: arms, cluster: rows.y }, { control: 'red', pooled: ['red', 'green'] })).rejects.toThrow('must not hold the control');
  });
});

describe('designs refuse', () => {
  const n = 40;
  const y = Array.from({ length: n }, (_, i) => Math.sin(3 * i) + i % 2);
  const arm = y.map((_, i) => i % 2);

  it('a cluster with units in both arms', async () => {
    expect(await refusalOf('cluster_difference', { outcome: y, treatment: arm, cluster: y.map((_, i) => i % 5) })).toMatchObject({ reason: 'not_identified' });
  });
  it('one cluster in an arm', async () => {
    expect(await refusalOf('cluster_difference', { outcome: y, treatment: arm, cluster: arm })).toMatchObject({ reason: 'too_few_units' });
  });
  it('a quantile whose interval leaves the sample', async () => {
    expect(await refusalOf('clustered_quantile', { outcome: y, treatment: arm, unit: y.map((_, i) => i % 8) }, { probability: 0.99 })).toMatchObject({ reason: 'too_few_units' });
  });
  it('the complier effect of a weak encouragement, and keep its Anderson-Rubin set, which may be unbounded', async () => {
    const found = await resultOf('complier_effect', { outcome: y, treatment: arm, uptake: y.map((_, i) => Number(i % 3 === 0)) });
    expect(found.difference).toBeNull();
    expect(found.differenceRefusal.reason).toBe('denominator_near_zero');
    expect(found.andersonRubin.interval.shape).not.toBe('interval');
  });
  it('the complier effect of an encouragement that moved nobody, by what it did, and keep the Anderson-Rubin set', async () => {
    const found = await resultOf('complier_effect', { outcome: y, treatment: arm, uptake: y.map((_, i) => Number(i % 4 < 2)) }, { leastF: 0 });
    expect(found.firstStage.estimate).toBe(0);
    expect(found.differenceRefusal.detail).toMatch(/moved none/);
    expect(found.andersonRubin.interval.shape).toBe('complement');
  });
  it('an encouragement that no one follows', async () => {
    expect(await refusalOf('complier_effect', { outcome: y, treatment: arm, uptake: y.map(() => 0) })).toMatchObject({ reason: 'not_identified' });
  });
  it('a pair without its control', async () => {
    expect(await refusalOf('paired_geo', { outcome: y, treatment: arm, pair: y.map((_, i) => (i === 0 ? 99 : Math.floor(i / 2))) })).toMatchObject({ reason: 'not_identified' });
  });
  it('an interval at 95 % from five pairs, by the whole line', async () => {
    const found = await resultOf('paired_geo', { outcome: y.slice(0, 10), treatment: arm.slice(0, 10), pair: arm.slice(0, 10).map((_, i) => Math.floor(i / 2)) });
    expect(found.randomisation.interval.shape).toBe('line');
  });
  it('several rows of one unit at one time', async () => {
    expect(await refusalOf('switchback', { outcome: y, treatment: arm, time: y.map((_, i) => Math.floor(i / 2)), block: y.map((_, i) => i) })).toMatchObject({ reason: 'not_identified' });
  });
  it('lags that blocks of alternating arms cannot tell apart', async () => {
    expect(await refusalOf('switchback', { outcome: y, treatment: arm, time: y.map((_, i) => i), block: y.map((_, i) => i) }, { lags: 1 })).toMatchObject({ reason: 'not_identified' });
  });
  it('a factorial whose combinations are not all seen', async () => {
    expect(await refusalOf('factorial', { y, arm, b: arm.map((a, i) => a * (i % 3)) }, {}, { outcome: 'y', factors: ['arm', 'b'] })).toMatchObject({ reason: 'too_few_units' });
  });
  it('strata without two units in each arm, unless a merged one has them', async () => {
    const merged = await resultOf('post_stratified_mean', { outcome: y, treatment: arm, stratum: y.map((_, i) => (i < 30 ? 'big' : `${i}`)) });
    expect(merged.strata).toMatchObject([{ units: 40, share: 1 }]);
    const single = y.map((_, i) => `${i}`);
    expect(await resultOf('post_stratified_mean', { outcome: y, treatment: arm, stratum: single })).toMatchObject({ strata: [{ units: 40 }] });
  });
});
