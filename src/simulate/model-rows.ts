import { createBoostingEngine } from '../compute/boosting-engine.js';
import { learnerMetrics } from '../stats/cate/learner-metrics.js';
import { learnEffects } from '../stats/cate/learned-effects.js';
import { compareEffects } from '../stats/cate/compare-effects.js';
import type { EffectData } from '../stats/cate/effect-data.js';
import type { PartedKind } from '../stats/cate/effect-parts.js';
import type { CausalData } from '../stats/forest/causal-forest.js';
import { boostingLearner } from '../stats/learners/boosting/boosting.js';
import { effectSurface, type EffectSurfaceProcess } from '../stats/simulate/effect-surfaces.js';
import { answered } from '../stats/simulate/two-arm-truth.js';
import { ALPHA, type Row } from './row.js';

/** Rates over 500 models: two points either way are two binomial standard errors. */
const MODELS = 500;
const COVERED = { least: 0.93, most: 0.97 } as const;
const REJECTED = { least: 0.03, most: 0.07 } as const;
/** A calibration that divides by little but noise may reject less often. */
const AT_MOST = { least: null, most: 0.07 } as const;

const SETTINGS = { trees: 30, maxLeaves: 8, heldOut: null } as const;
const LEARNERS = { outcome: boostingLearner('regression', SETTINGS), propensity: boostingLearner('classification', SETTINGS), effect: boostingLearner('regression', SETTINGS) };
const FOLDS = 3;
const BOOTSTRAP = 100;
const BOUNDS = [0.01, 0.99] as const;
const LEVEL = 1 - ALPHA;
const SEEDS = 2 ** 32;
const UNITS = 600;
/** Outcome models of 600 units leave so much to the propensities that intervals of the loss are wide: 97.2 % hold it. */
const JUDGES = 1200;

const holds = ({ lower, upper }: { readonly lower: number; readonly upper: number }, truth: number): number => Number(lower <= truth && truth <= upper);
const effectData = ({ features, x, y, w, cluster }: CausalData): EffectData => ({ x: { n: y.length, names: features, columns: x }, y, d: w, ...(cluster && { cluster }) });

/** What the card of a boosted model says where effects are alike: nothing ranks, and nothing is calibrated. */
function cardRow(kind: PartedKind, process: EffectSurfaceProcess): Row {
  return {
    group: 'models', name: `card of a ${kind}-learner over boosting: ${process.words}`, replicates: MODELS, brief: 0, covers: [],
    async prepare() {
      const boosting = await createBoostingEngine({ workers: 1 });
      return {
        figures: [{ name: 'average effect', ...COVERED }, { name: 'autoc rejected', ...REJECTED }, { name: 'calibration rejected', ...AT_MOST }],
        async replicate(random) {
          const data = effectData(process.draw(random));
          const context = { seed: random.integer(SEEDS), boosting };
          const options = { folds: FOLDS, bounds: BOUNDS };
          const effects = answered(await learnEffects(kind, data, LEARNERS, options, context));
          const rate = { target: 'autoc', replicates: BOOTSTRAP, fractions: [], level: LEVEL, seed: context.seed } as const;
          const { average, rate: ranking, calibration } = answered(await learnerMetrics(
            effects, data, LEARNERS, { folds: FOLDS, overlap: { bounds: BOUNDS, beyond: 'trim' }, rate, level: LEVEL }, context));
          const reach = 1.96 * average!.standardError;
          return [
            holds({ lower: average!.estimate - reach, upper: average!.estimate + reach }, process.average),
            Number(answered(ranking!).pValue <= ALPHA), Number(answered(calibration!).differential.pValue <= ALPHA),
          ];
        },
      };
    },
  };
}

/** Two predictions that are as far from the truth, one in what moves the outcome, and one that is the truth against one for all. */
function comparisonRow(slope: number): Row {
  const process = effectSurface({ units: JUDGES, slope });
  return {
    group: 'models', name: `two models judged by fresh rows: ${process.words}`, replicates: MODELS, brief: 0, covers: [],
    async prepare() {
      const boosting = await createBoostingEngine({ workers: 1 });
      return {
        figures: [
          { name: 'of two as far from the truth, one found nearer', ...REJECTED }, { name: 'loss of the truth less that of the average', ...COVERED }, { name: 'autoc of the truth', ...COVERED },
        ],
        async replicate(random) {
          const data = process.draw(random);
          const { x, y, d } = effectData(data);
          const [a, b, c] = data.x as [Float64Array, Float64Array, Float64Array];
          const context = { seed: random.integer(SEEDS), boosting };
          const truth = b.map((value) => process.average + slope * (value - 0.5));
          const compare = async (first: Float64Array, second: Float64Array) => answered(await compareEffects({ x, y, d, clusters: [] }, first, second, LEVEL, context));
          const alike = await compare(truth.map((value, i) => value + a[i]! - 0.5), truth.map((value, i) => value + c[i]! - 0.5));
          const against = await compare(truth, c.map((value) => process.average + 1e-9 * value)); // all but constant, ranked by chance
          // the variance of a uniform covariate is 1 / 12; TOC(q) of a ranking by b is slope (1 - q) / 2
          return [Number(alike.loss.pValue <= ALPHA), holds(against.loss, -(slope ** 2) / 12), holds(against.rates[0], slope / 4)];
        },
      };
    },
  };
}

/** What cards of boosted models and comparisons of two models say. */
export const modelRows: readonly Row[] = [
  cardRow('t', effectSurface({ units: UNITS, slope: 0 })),
  cardRow('dr', effectSurface({ units: UNITS, slope: 0, isClustered: true })),
  comparisonRow(1),
];
