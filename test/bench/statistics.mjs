// Statistics from summaries. One comparison: effects, intervals and p-values of difference and lift. A large analysis: 250,000 comparisons
// (1,000 metrics x 5 arms x 50 segment values) corrected in their families and written as records. node test/bench/statistics.mjs [method=fixed] [rounds=3]
import { spawnSync } from 'node:child_process';

/** Microseconds of processor time a comparison. */
export const LIMIT = 5;
/** Seconds for 250,000. */
export const LARGE_LIMIT = 2;

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

/** Seconds of a large analysis: median of `rounds`. */
async function large(inference, rounds) {
  const { compareArms } = await import(new URL('experiment/compare.js', dist));
  const { plan, summaries } = await largeAnalysis(inference);
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const before = performance.now();
    const comparisons = await compareArms(plan, summaries);
    times.push((performance.now() - before) / 1000);
    // Every metric also has a row over all units, which these summaries do not hold: it is refused, and not counted.
    const counted = comparisons.filter(({ segment }) => segment !== null).length;
    if (counted !== METRICS * ARMS * VALUES) throw new Error(`expected ${METRICS * ARMS * VALUES} comparisons, got ${counted}`);
  }
  return times.sort((a, b) => a - b)[rounds >> 1];
}

/** Microseconds of processor time for the statistics of one comparison: of means, half of them adjusted for a covariate, or of shares of units. */
async function one(inference, kind = 'means') {
  const [{ contrasts }, { meanOutcome }, { proportionContrast }, { inferenceOf }, { presentLook }] = await Promise.all([
    import(new URL('stats/effects/contrast.js', dist)), import(new URL('stats/effects/outcome.js', dist)), import(new URL('stats/effects/proportions.js', dist)),
    import(new URL('experiment/compare/inference-of.js', dist)), import(new URL('experiment/compare/look.js', dist)),
  ]);
  const { plan, summaries } = await largeAnalysis(inference);
  const bound = inferenceOf(plan, presentLook(plan, summaries));
  const shareOf = ({ n, mean }, i) => {
    const successes = Math.round((n * mean[0]) / 100) + (i % 7);
    return { n, columns: ['y'], mean: [successes / n], scatter: [[(successes * (n - successes)) / n]] };
  };
  const arms = summaries.metrics.slice(0, 200)
    .flatMap(({ cells }) => Array.from({ length: VALUES }, (_, v) => cells.slice(v * (ARMS + 1), (v + 1) * (ARMS + 1)).map(({ summary }, i) => (kind === 'shares' ? shareOf(summary, i) : summary))));
  const contrastsOf = kind === 'shares' ? (control, treatments) => treatments.map((arm) => proportionContrast(control, arm)) : (control, treatments) => contrasts(control, treatments, 1, meanOutcome);
  const round = () => {
    let sum = 0;
    for (const [control, ...treatments] of arms) {
      for (const { difference, lift } of contrastsOf(control, treatments)) {
        sum += bound.pValue(difference) + bound.interval(difference, 0.05).lower + bound.interval(lift, 0.05).lower;
      }
    }
    if (!Number.isFinite(sum)) throw new Error('a statistic is not finite');
  };
  round();
  const before = process.cpuUsage();
  for (let i = 0; i < 5; i++) round();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (5 * arms.length * ARMS);
}

const METHODS = { fixed: { method: 'fixed' }, confidenceSequence: { method: 'confidence_sequence' } };

const measure = async (inference, rounds) => ({ microseconds: await one(inference), sharesMicroseconds: await one(inference, 'shares'), largeSeconds: await large(inference, rounds) });

/** Each method in a process of its own: what another left in memory is not its cost. */
export async function statistics() {
  return Object.fromEntries(Object.keys(METHODS).map((name) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, name], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return [name, JSON.parse(stdout)];
  }));
}

if (process.argv[1] === import.meta.filename) {
  const [name = 'fixed', rounds = '3'] = process.argv.slice(2);
  console.log(JSON.stringify(await measure(METHODS[name], Number(rounds))));
}
