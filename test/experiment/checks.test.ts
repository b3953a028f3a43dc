import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Check } from '../../src/experiment/analysis.js';
import { runChecks } from '../../src/experiment/checks.js';
import type { MetricSummary } from '../../src/experiment/summaries.js';
import { shopPlan, shopSummaries } from './fixtures.js';

const split = (control: number, treatment: number) => [{ arm: 'control', units: control }, { arm: 'treatment', units: treatment }];
const run = (summaries: Parameters<typeof shopSummaries>[0], plan: Parameters<typeof shopPlan>[0] = {}) =>
  runChecks(shopPlan(plan), shopSummaries(summaries));
const named = (name: Check['name'], checks: readonly Check[]): Check => {
  const found = checks.find((check) => check.name === name);
  if (!found) throw new Error(`no check ${name} among ${checks.map((check) => check.name).join(', ')}`);
  return found;
};

const goals = (extra: object) => ({ decision: { goals: [{ metric: 'revenue', claim: 'superiority' as const }], ...extra } });
const revenue = (cells: readonly { arm: string; n: number; y: number }[]): MetricSummary => ({
  metric: 'revenue', outcomes: ['y'], covariates: [], days: [], bounds: [], immature: 0,
  cells: cells.map(({ arm, n, y }) => ({ arm, segment: null, summary: { kind: 'moments', n, columns: ['y'], mean: [5], scatter: [[y]] } })),
});

/** Mean 5 and standard deviation 1 in each arm; of the treatment it is given how far its farthest unit is. */
const ranged = (n: number, distance: number): MetricSummary => ({
  ...revenue([{ arm: 'control', n, y: n - 1 }, { arm: 'treatment', n, y: n - 1 }]),
  farthest: [{ arm: 'control', column: 'y', centre: 5, distance: 2 }, { arm: 'treatment', column: 'y', centre: 5, distance }],
});

interface Case {
  readonly title: string;
  readonly name: Check['name'];
  readonly status: Check['status'];
  readonly summaries?: Parameters<typeof shopSummaries>[0];
  readonly plan?: Parameters<typeof shopPlan>[0];
  /** what a reader must be told */
  readonly says?: RegExp;
}

const CASES: readonly Case[] = [
  { title: 'an even split of an even plan', name: 'sample_ratio', status: 'pass', says: /control 10,000 \(50%, planned 50%\)/ },
  { title: 'a split that chance does not make', name: 'sample_ratio', status: 'fail', summaries: { exposures: { arms: split(10_500, 9_500) } }, says: /p = 1\.5e-12, below the limit of 0\.001/ },
  { title: 'an uneven split that was planned', name: 'sample_ratio', status: 'pass', summaries: { exposures: { arms: split(9_010, 990) } }, plan: { arms: [{ name: 'control', weight: 0.9, control: true }, { name: 'treatment', weight: 0.1 }] } },
  { title: 'too few units to test a split', name: 'sample_ratio', status: 'warn', summaries: { exposures: { arms: split(4, 1) } }, says: /5 units are too few/ },
  { title: 'an arm without units in a split', name: 'sample_ratio', status: 'fail', summaries: { exposures: { arms: [{ arm: 'control', units: 10_000 }] } }, says: /treatment 0 \(0%/ },
  { title: 'a limit on the p-value of the split', name: 'sample_ratio', status: 'fail', summaries: { exposures: { arms: split(10_200, 9_800) } }, plan: { checks: { sampleRatioAlpha: 0.01 } } },
  { title: 'the same split within the usual limit, but not by much', name: 'sample_ratio', status: 'warn', summaries: { exposures: { arms: split(10_200, 9_800) } }, says: /suspicious/ },
  { title: 'a split within ten times the limit', name: 'sample_ratio', status: 'pass', summaries: { exposures: { arms: split(10_100, 9_900) } } },

  { title: 'a segment that is off while the whole is even', name: 'sample_ratio_by_segment', status: 'warn', says: /1 of 2 segment values; worst is country = DE with control 6,000 and treatment 4,000/, summaries: { exposures: { segments: [
    { segment: 'country', value: 'DE', arm: 'control', units: 6000 }, { segment: 'country', value: 'DE', arm: 'treatment', units: 4000 },
    { segment: 'country', value: 'FR', arm: 'control', units: 5000 }, { segment: 'country', value: 'FR', arm: 'treatment', units: 5000 }] } } },
  { title: 'a segment value that one arm never saw', name: 'sample_ratio_by_segment', status: 'warn', says: /treatment 0/, summaries: { exposures: { segments: [{ segment: 'country', value: 'DE', arm: 'control', units: 100 }] } } },
  { title: 'segments too small to test', name: 'sample_ratio_by_segment', status: 'warn', says: /No segment value/, summaries: { exposures: { segments: [{ segment: 'country', value: 'DE', arm: 'control', units: 2 }] } } },

  { title: 'units that are all small parts', name: 'outlier_influence', status: 'pass', summaries: { metrics: [ranged(10_000, 10)] }, says: /at most 1%, of revenue in treatment/ },
  { title: 'one unit that makes a quarter of the variance', name: 'outlier_influence', status: 'warn', summaries: { metrics: [ranged(10_000, 50)] }, says: /One unit makes 25% of the variance of revenue in treatment: without it the mean of the arm would be 0\.5 standard errors away/ },
  { title: 'such a unit where the arms differ, by the distance that is certain', name: 'outlier_influence', status: 'warn', summaries: { metrics: [{ ...ranged(10_000, 0), farthest: [{ arm: 'treatment', column: 'y', centre: 15, distance: 60 }] }] }, says: /25%/ },
  { title: 'a unit of four standard deviations in a small arm', name: 'outlier_influence', status: 'pass', summaries: { metrics: [ranged(100, 4)] }, says: /at most 16%/ },

  { title: 'no unit in several arms', name: 'multiple_exposures', status: 'pass' },
  { title: 'a few units in several arms', name: 'multiple_exposures', status: 'pass', summaries: { exposures: { multipleArms: 100, multipleArmsByArm: split(55, 45) } }, says: /100 units \(0\.5%\)/ },
  { title: 'more units in several arms than the plan allows', name: 'multiple_exposures', status: 'fail', summaries: { exposures: { multipleArms: 300, multipleArmsByArm: split(150, 150) } }, says: /above the limit of 1%/ },
  { title: 'exactly as many as the plan allows', name: 'multiple_exposures', status: 'pass', summaries: { exposures: { units: 9_900, multipleArms: 100, multipleArmsByArm: split(50, 50) } } },
  { title: 'a few units in several arms that fall on one arm', name: 'multiple_exposures', status: 'warn', summaries: { exposures: { multipleArms: 100, multipleArmsByArm: split(95, 5) } }, says: /unequally.*control 95 and treatment 5/ },

  { title: 'no unplanned arm', name: 'unplanned_arms', status: 'pass' },
  { title: 'a stray unplanned arm', name: 'unplanned_arms', status: 'warn', summaries: { exposures: { unplannedArms: [{ arm: 'contrl', units: 3 }] } }, says: /3 units.*contrl \(3\)/ },
  { title: 'a large unplanned arm', name: 'unplanned_arms', status: 'fail', summaries: { exposures: { unplannedArms: [{ arm: 'b', units: 5000 }] } }, says: /5,000 units \(20%\)/ },

  { title: 'no row that lacks anything', name: 'missing_data', status: 'pass' },
  { title: 'an empty fact table', name: 'missing_data', status: 'fail', summaries: { fact: { rows: 0, first: null, last: null } }, says: /orders has no rows/ },
  { title: 'many rows without a unit', name: 'missing_data', status: 'warn', summaries: { fact: { nullUnits: 5000 } }, says: /orders: 5,000 rows without a unit \(10%\)/ },
  { title: 'few rows without a time', name: 'missing_data', status: 'pass', summaries: { fact: { nullTimes: 5 } }, says: /5 rows without a time/ },
  { title: 'many exposures without an arm', name: 'missing_data', status: 'warn', summaries: { exposures: { nullArms: 2000 } }, says: /exposures: 2,000 rows without an arm \(10%\)/ },
  { title: 'events of other units', name: 'missing_data', status: 'warn', summaries: { fact: { matched: 0 } }, says: /orders: no exposed unit has an event.*name units differently/ },

  { title: 'a fact table that ends too early', name: 'late_data', status: 'warn', summaries: { fact: { last: '2026-03-10T00:00:00Z' } }, says: /orders ends 10 March 2026, 120 hours before/ },
  { title: 'exposures that end too early', name: 'late_data', status: 'warn', summaries: { exposures: { last: '2026-03-10T00:00:00Z' } }, says: /exposures end 10 March 2026, 120 hours before/ },
  { title: 'exposures that end with their enrolment', name: 'late_data', status: 'pass', plan: { end: '2026-03-10T12:00:00Z' }, summaries: { exposures: { last: '2026-03-10T00:00:00Z' } } },
  { title: 'a fact table that is fresh', name: 'late_data', status: 'pass' },

  { title: 'many rows that repeat their key', name: 'duplicate_events', status: 'warn', summaries: { fact: { duplicates: 5000 } }, says: /counted once: orders 5,000 rows \(10%\)/ },
  { title: 'few rows that repeat their key', name: 'duplicate_events', status: 'pass', summaries: { fact: { duplicates: 7 } }, says: /7 rows/ },

  { title: 'a few values that are not finite', name: 'not_finite', status: 'warn', summaries: { fact: { notFinite: 3 } }, says: /3 values/ },
  { title: 'many values that are not finite', name: 'not_finite', status: 'fail', summaries: { fact: { notFinite: 30_000 } }, says: /60% of rows/ },

  { title: 'units below the minimum', name: 'minimum_units', status: 'fail', summaries: { exposures: { arms: split(10_000, 99) } }, says: /treatment has 99; the minimum is 100 an arm/ },
  { title: 'units whose window has closed below the minimum', name: 'minimum_units', status: 'fail', summaries: { metrics: [revenue([{ arm: 'control', n: 9000, y: 4 }, { arm: 'treatment', n: 50, y: 4 }])] }, says: /treatment has 50/ },
  { title: 'units at the minimum', name: 'minimum_units', status: 'pass', summaries: { exposures: { arms: split(100, 100) } } },

  { title: 'days below the minimum', name: 'minimum_duration', status: 'fail', plan: goals({ minimumDays: 21 }), says: /ran for 14 days; the minimum is 21 days/ },
  { title: 'days at the minimum', name: 'minimum_duration', status: 'pass', plan: goals({ minimumDays: 14 }) },
  { title: 'days that cannot be told', name: 'minimum_duration', status: 'fail', plan: goals({ minimumDays: 14 }), summaries: { exposures: { first: null } } },

  { title: 'an arm that was never seen', name: 'empty_arm', status: 'fail', summaries: { exposures: { arms: [{ arm: 'control', units: 10_000 }] } }, says: /No unit was seen in treatment/ },
  { title: 'arms that were all seen', name: 'empty_arm', status: 'pass' },

  { title: 'a metric that varies', name: 'constant_metric', status: 'pass', summaries: { metrics: [revenue([{ arm: 'control', n: 100, y: 4 }])] } },
  { title: 'a metric without variation', name: 'constant_metric', status: 'warn', summaries: { metrics: [revenue([{ arm: 'control', n: 100, y: 4 }, { arm: 'treatment', n: 100, y: 0 }])] }, says: /revenue in treatment/ },
  { title: 'a metric whose only variation is rounding', name: 'constant_metric', status: 'warn', summaries: { metrics: [revenue([{ arm: 'control', n: 100, y: 1e-25 }])] } },
];

/** The checks whose failure makes a verdict invalid. */
const BLOCKING: readonly Check['name'][] = ['sample_ratio', 'multiple_exposures', 'unplanned_arms', 'empty_arm'];

describe('runChecks', () => {
  it.each(CASES)('$name: $status on $title', ({ name, status, summaries, plan, says }) => {
    const check = named(name, run(summaries, plan));
    expect(check.status).toBe(status);
    expect(check.blocking).toBe(BLOCKING.includes(name));
    expect(check.sentence).toMatch(/\.$/);
    expect(check.sentence).not.toMatch(/NaN(?! or infinite)|Infinity|undefined|null/);
    if (says) expect(check.sentence).toMatch(says);
  });

  it('leaves out checks that the plan gives no occasion for', () => {
    const names = run({ asOf: null, exposures: { last: null }, fact: { last: null } }, { segments: [], facts: [{ name: 'orders', unit: 'user', time: 'at' }] }).map((check) => check.name);
    for (const name of ['sample_ratio_by_segment', 'minimum_duration', 'late_data', 'duplicate_events'] as const) expect(names).not.toContain(name);
  });

  it('sample_ratio agrees with published values', () => {
    // chi-square of 50 on one degree of freedom is erfc(5); the second split is the example of Fabijan et al. (2019), p = 1.8e-6
    expect(named('sample_ratio', run({ exposures: { arms: split(10_500, 9_500) } })).pValue).toBeCloseTo(1.537459794428e-12, 22);
    expect(named('sample_ratio', run({ exposures: { arms: split(821_588, 815_482) } })).pValue!.toPrecision(2)).toBe('0.0000018');
  });

  it('adjusts segment p-values by Bonferroni', () => {
    const off = [{ segment: 'country', value: 'DE', arm: 'control', units: 5170 }, { segment: 'country', value: 'DE', arm: 'treatment', units: 4830 }];
    const even = Array.from({ length: 9 }, (_, i) => split(5000, 5000).map(({ arm, units }) => ({ segment: 'country', value: `C${i}`, arm, units }))).flat();
    const alone = named('sample_ratio_by_segment', run({ exposures: { segments: off } }));
    const among = named('sample_ratio_by_segment', run({ exposures: { segments: [...even, ...off] } }));
    expect(alone.status).toBe('warn');
    expect(among.status).toBe('pass');
    expect(among.pValue! / alone.pValue!).toBeCloseTo(10, 9);
  });
});

describe('laws of runChecks', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 3, maxLength: 3 });
  const arms = [{ name: 'a', weight: 0.5, control: true }, { name: 'b', weight: 0.3 }, { name: 'c', weight: 0.2 }];

  it('sample_ratio does not hang on the order of the arms', () => fc.assert(fc.property(counts, (units) => {
    const rows = arms.map(({ name }, i) => ({ arm: name, units: units[i]! }));
    const forwards = named('sample_ratio', run({ exposures: { arms: rows } }, { arms }));
    const backwards = named('sample_ratio', run({ exposures: { arms: [...rows].reverse() } }, { arms: [...arms].reverse() }));
    expect(backwards.status).toBe(forwards.status);
    expect(backwards.pValue ?? -1).toBeCloseTo(forwards.pValue ?? -1, 10);
  }), { seed: 21 }));

  it('every p-value is in [0, 1] and every status follows from it', () => fc.assert(fc.property(counts, (units) => {
    const { pValue, status } = named('sample_ratio', run({ exposures: { arms: arms.map(({ name }, i) => ({ arm: name, units: units[i]! })) } }, { arms }));
    if (pValue === null) return expect(status).toBe('warn');
    expect(pValue).toBeGreaterThanOrEqual(0);
    expect(pValue).toBeLessThanOrEqual(1);
    expect(status).toBe(pValue < 0.001 ? 'fail' : 'pass');
  }), { seed: 22 }));
});
