// Statistics from summaries: microseconds of processor time a comparison, for 250,000 comparisons (1,000 metrics x 5 arms x 50 segment values).
import { pathToFileURL } from 'node:url';

/** Microseconds a comparison. */
export const LIMIT = 5;

const METRICS = 1000, ARMS = 5, VALUES = 50;
const dist = new URL('../../dist/', import.meta.url);

/** A plan and summaries of means, half of them with a covariate. */
async function largeAnalysis(inference) {
  const { planSchema } = await import(new URL('experiment/plan.js', dist));
  const { stream } = await import(new URL('stats/numeric/random.js', dist));
  const random = stream(7);
  const arms = Array.from({ length: ARMS + 1 }, (_, i) => ({ name: `arm${i}`, weight: 1 / (ARMS + 1), control: i === 0 }));
  const names = Array.from({ length: METRICS }, (_, i) => `m${i}`);
  const plan = planSchema.parse({
    name: 'large', source: { kind: 'files', tables: { t: { path: 't.csv' } } },
    exposures: { table: 't', unit: 'u', arm: 'a', attributes: ['segment'] }, facts: [{ name: 't', unit: 'u' }],
    metrics: names.slice(0, 500).map((name) => ({ name, kind: 'mean', fact: 't', value: name })),
    segments: [{ name: 'segment', column: 'segment' }], arms, inference, decision: { goals: [{ metric: 'm0', claim: 'superiority' }] },
  });
  const metrics = [...plan.metrics, ...names.slice(500).map((name) => ({ ...plan.metrics[0], name }))];
  const moments = (isAdjusted) => {
    const n = 1000 + Math.floor(random.uniform() * 1000);
    const y = 10 + random.normal();
    return isAdjusted
      ? { kind: 'moments', n, columns: ['y', 'x:y'], mean: [y, 9], scatter: [[n * 4, n * 2], [n * 2, n * 3]] }
      : { kind: 'moments', n, columns: ['y'], mean: [y], scatter: [[n * 4]] };
  };
  const summaries = {
    asOf: null, facts: [],
    exposures: { rows: 0, units: 0, nullUnits: 0, nullArms: 0, multipleArms: 0, multipleArmsByArm: [], excluded: [], unplannedArms: [], first: null, last: null, arms: [], segments: [], days: [] },
    metrics: names.map((metric, i) => ({
      metric, outcomes: ['y'], covariates: i % 2 ? ['x:y'] : [], days: [], bounds: [], immature: 0,
      cells: Array.from({ length: VALUES }, (_, v) => arms.map(({ name }) => ({ arm: name, segment: { name: 'segment', value: `v${v}` }, summary: moments(i % 2 === 1) }))).flat(),
    })),
  };
  return { plan: { ...plan, metrics }, summaries };
}

async function microseconds(inference, rounds) {
  const { compareArms } = await import(new URL('experiment/compare.js', dist));
  const { plan, summaries } = await largeAnalysis(inference);
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const before = process.cpuUsage();
    const comparisons = await compareArms(plan, summaries);
    const { user, system } = process.cpuUsage(before);
    // Every metric also has a row over all units, which these summaries do not hold: it is refused, and not counted.
    const counted = comparisons.filter(({ segment }) => segment !== null).length;
    if (counted !== METRICS * ARMS * VALUES) throw new Error(`expected ${METRICS * ARMS * VALUES} comparisons, got ${counted}`);
    times.push((user + system) / counted);
  }
  return times.sort((a, b) => a - b)[rounds >> 1];
}

/** Median of `rounds` runs for each inference method. */
export async function statistics({ rounds = 3 } = {}) {
  return {
    fixed: await microseconds({ method: 'fixed' }, rounds),
    confidenceSequence: await microseconds({ method: 'confidence_sequence' }, rounds),
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [method, took] of Object.entries(await statistics())) console.log(`${method}: ${took.toFixed(2)} microseconds of processor time a comparison (limit ${LIMIT})`);
}
