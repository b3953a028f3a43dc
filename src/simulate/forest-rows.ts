import { createForestEngine } from '../compute/forest-engine.js';
import { bestLinearProjection } from '../stats/forest/best-linear-projection.js';
import { averageEffect, effectTargets } from '../stats/forest/average-effect.js';
import { doublyRobustScores } from '../stats/forest/doubly-robust-scores.js';
import { groupEffects, type GroupQuestion } from '../stats/forest/group-effects.js';
import { heterogeneityTest } from '../stats/forest/heterogeneity-test.js';
import type { OverlapRule } from '../stats/forest/overlap.js';
import { rankWeightedEffect, type RateTarget } from '../stats/forest/rank-weighted-effect.js';
import { growTunedCausalForest } from '../stats/forest/tuned-causal-forest.js';
import { fixed } from '../stats/inference/fixed.js';
import { effectSurface, type EffectSurfaceProcess } from '../stats/simulate/effect-surfaces.js';
import { answered } from '../stats/simulate/two-arm-truth.js';
import { ALPHA, type Row } from './row.js';

/** Rates over 500 forests: two points either way are two binomial standard errors. */
const FORESTS = 500;
const COVERED = { least: 0.93, most: 0.97 } as const;
const REJECTED = { least: 0.03, most: 0.07 } as const;

const TREES = 200;
const BOOTSTRAP = 100;
const OVERLAP: OverlapRule = { bounds: [0.01, 0.99], beyond: 'trim' };
const LEVEL = 1 - ALPHA;
const SEEDS = 2 ** 32;
const THIRDS = ['low', 'middle', 'high'] as const;

const holds = ({ lower, upper }: { readonly lower: number; readonly upper: number }, truth: number): number => Number(lower <= truth && truth <= upper);
const thirdOf = (column: Float64Array): Int32Array => Int32Array.from(column, (value) => Math.min(2, Math.floor(3 * value)));

/** What is read off one forest: averages over four targets, groups, a projection, and the worth of a ranking that was known before. */
function forestRow(process: EffectSurfaceProcess): Row {
  const { average, slope } = process;
  const figures = [
    ...effectTargets.map((target) => ({ name: `average effect, ${target}`, ...COVERED })),
    { name: 'effects of three groups by b, all at once', ...COVERED },
    { name: 'equality of three groups by d, rejected', ...REJECTED },
    { name: 'slope of the projection on b', ...COVERED },
    { name: 'autoc of the ranking by b', ...COVERED },
  ];
  return {
    group: 'causal forest', name: `averages of one forest of ${TREES} trees: ${process.words}`, replicates: FORESTS, brief: 0,
    covers: ['estimator:causal_forest', 'estimator:group_effects', 'estimator:best_linear_projection'],
    async prepare() {
      const engine = await createForestEngine({ workers: 1 });
      return {
        figures,
        async replicate(random) {
          const data = process.draw(random);
          const seed = random.integer(SEEDS);
          const [, b, , d] = data.x as [Float64Array, Float64Array, Float64Array, Float64Array];
          const forest = answered(await growTunedCausalForest(engine, data, { trees: TREES, seed }));
          const scores = answered(await doublyRobustScores(engine, forest));
          const averages = effectTargets.map((target) => answered(averageEffect(forest, scores, target, OVERLAP)));
          const question: Omit<GroupQuestion, 'codes'> = { levels: THIRDS, target: 'all', level: LEVEL, replicates: BOOTSTRAP, seed };
          const byEffect = answered(groupEffects(forest, scores, { ...question, codes: thirdOf(b) }, OVERLAP));
          const byNothing = answered(groupEffects(forest, scores, { ...question, codes: thirdOf(d) }, OVERLAP));
          const projection = answered(bestLinearProjection(forest, scores, { b }, LEVEL, OVERLAP));
          const rate = answered(rankWeightedEffect(
            { scores, priorities: b, cluster: data.cluster ?? null }, { target: 'autoc', replicates: BOOTSTRAP, fractions: [], level: LEVEL, seed }));
          return [
            ...averages.map((effect) => Number(isHeld(effect, average))),
            Number(byEffect.effects.every(({ estimate, standardError }, g) => Math.abs(estimate - average - (slope * (g - 1)) / 3) <= byEffect.critical * standardError)),
            Number(byNothing.equalityPValue <= ALPHA),
            holds(projection.coefficients[1]!, slope),
            // TOC(q) of a ranking by b is slope (1 - q) / 2
            holds(rate, slope / 4),
          ];
        },
      };
    },
  };
}

const isHeld = (effect: Parameters<typeof fixed.interval>[0], truth: number): boolean => {
  const { lower, upper } = fixed.interval(effect, ALPHA, 'two_sided', {});
  return lower! <= truth && truth <= upper!;
};

/** Where effects are alike, a ranking that was learned on one half is worth nothing on the other. */
function noRankingRow(process: EffectSurfaceProcess, target: RateTarget): Row {
  return {
    group: 'causal forest', name: `${target} of a ranking by a forest of ${TREES} trees: ${process.words}`, replicates: FORESTS, brief: 0, covers: ['estimator:rank_weighted_effect'],
    async prepare() {
      const engine = await createForestEngine({ workers: 1 });
      return {
        figures: [{ name: 'rejected', ...REJECTED }],
        async replicate(random) {
          const data = process.draw(random);
          const seed = random.integer(SEEDS);
          const rate = { target, replicates: BOOTSTRAP, fractions: [], level: LEVEL, seed };
          return [Number(answered(await heterogeneityTest(engine, data, { trees: TREES, seed }, OVERLAP, rate)).pValue <= ALPHA)];
        },
      };
    },
  };
}

/** Forests of few trees in small samples: what more trees and units only make better. */
export const forestRows: readonly Row[] = [
  forestRow(effectSurface({ units: 500, slope: 1 })),
  forestRow(effectSurface({ units: 500, slope: 1, isClustered: true })),
  forestRow(effectSurface({ units: 500, slope: 1, hasGaps: true })),
  noRankingRow(effectSurface({ units: 500, slope: 0 }), 'autoc'),
  noRankingRow(effectSurface({ units: 500, slope: 0, isClustered: true }), 'qini'),
];
