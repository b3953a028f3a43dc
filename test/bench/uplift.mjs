// node test/bench/uplift.mjs [rows=200000] [columns=80] [trees=100]
// An uplift forest of the size that users of other packages reported to take hours (200,000 rows of 80 columns), and how near its uplifts come.
import { createUpliftEngine } from '../../dist/compute/uplift-engine.js';
import { growUpliftForest } from '../../dist/stats/uplift/forest/uplift-forest.js';
import { stream } from '../../dist/stats/numeric/random.js';

export const LIMIT = 5;
const PLAN = { criterion: 'euclidean', normalise: true, regularisation: 100, minLeaf: 100, minArm: 10, sampleFraction: 0.6, isHonest: true, maxDepth: 10, seed: 1 };

/** Responses of 0.2 to 0.4; treatment adds 0.1 where the first column is above a half, and takes 0.02 elsewhere. */
function design(rows, columns) {
  const random = stream(7);
  const x = Array.from({ length: columns }, () => random.fillUniform(new Float64Array(rows)));
  const arm = Uint8Array.from({ length: rows }, () => Number(random.bernoulli(0.5)));
  const uplift = x[0].map((value) => (value > 0.5 ? 0.1 : -0.02));
  const outcome = Float64Array.from({ length: rows }, (_, i) => Number(random.bernoulli(0.2 + 0.2 * x[1][i] + arm[i] * uplift[i])));
  return { data: { features: x.map((_, j) => `x${j}`), x, categorical: [], outcome, arm, arms: ['control', 'treated'], cluster: null }, uplift };
}

export async function upliftForest({ rows = 200_000, columns = 80, trees = 100 } = {}) {
  const { data, uplift } = design(rows, columns);
  const engine = createUpliftEngine();
  const [started, before] = [performance.now(), process.cpuUsage()];
  const forest = await growUpliftForest(data, { ...PLAN, trees, mtry: Math.ceil(columns / 2) }, {}, engine);
  if (forest.status === 'refused') throw new Error(forest.detail);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - started) / 1000;
  await engine.close();
  const error = Math.sqrt(forest.outOfBag.reduce((sum, value, i) => sum + (value - uplift[i]) ** 2, 0) / rows);
  return { rows, columns, trees, seconds, processorSeconds: (user + system) / 1e6, error };
}

if (import.meta.filename === process.argv[1]) {
  const [rows, columns, trees] = process.argv.slice(2).map(Number);
  console.log(await upliftForest({ rows, columns, trees }));
}
