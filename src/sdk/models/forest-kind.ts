import { z } from 'zod';
import { forestGraph } from '../../compute/onnx/forest-graph.js';
import { sharedForestEngine } from '../../compute/shared-forest-engine.js';
import { forestMetrics } from '../../stats/cate/model-metrics.js';
import { forestInput, forestOptions, forestRoles, growForest, type ForestInput } from '../../stats/estimators/forest/forest-input.js';
import type { CausalForest } from '../../stats/forest/causal-forest.js';
import { localCorrection, withLocalCorrection, type LocalCorrection } from '../../stats/forest/local-linear-effects.js';
import { probeUnits } from '../../stats/forest/probe-units.js';
import { progressPart } from '../../stats/forest/progress-part.js';
import { rowScorer, type RowScorer } from '../../stats/forest/row-scorer.js';
import { scoreUnits } from '../../stats/forest/score-units.js';
import { scoringForest, type ScoringForest } from '../../stats/forest/scoring-forest.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import { correctedScorer } from './corrected-forest.js';
import type { EffectScorer, ModelKind } from './kind.js';
import { rateOf, rateOptions } from './rate-options.js';
import { loadScoringForest, saveScoringForest } from './scoring-file.js';

const options = z.strictObject({
  ...forestOptions,
  localLinear: z.boolean().default(false).describe('whether effects are corrected by ridge regressions with forest weights on up to six complete numeric covariates, their penalty chosen by out-of-bag R-loss. '
    + 'Such a model keeps the rows that it learned from, at most 68 bytes a row and one more a feature, scores a unit in some milliseconds, and has no ONNX form'),
  ...rateOptions,
});

/** Share of the work that is done when the forest is grown; two more, of half the units each, judge its ranking. */
const FOREST = 0.5;

export const forestKind: ModelKind = {
  title: 'honest causal forest, with variances by little bags',
  references: ['Athey, Tibshirani, Wager (2019), Annals of Statistics 47(2)', 'Friedberg, Tibshirani, Athey, Wager (2021), Journal of Computational and Graphical Statistics 30(2)', 'Yadlowsky, Fleming, Shah, Brunskill, Wager (2025), JASA'],
  options, roles: forestRoles,
  async train(columns, given, context) {
    const chosen = given as z.output<typeof options>;
    const input = forestInput(columns, chosen, context);
    const grown = await growForest({ ...input, localLinear: false }, progressPart(input.engineOptions, 0, FOREST));
    if (isRefusal(grown)) return grown;
    const corrected = corrects(grown, input);
    if (isRefusal(corrected)) return corrected;
    const { forest, correction } = corrected;
    const { engine, data, choices, leafSizes, overlap, engineOptions, localLinear } = input;
    const metrics = await forestMetrics(engine, data, { ...choices, minNodeSize: leafSizes[0] }, forest, overlap, rateOf(chosen, context.seed), chosen.level, progressPart(engineOptions, FOREST, 1), localLinear);
    if (isRefusal(metrics)) return metrics;
    const scorer = scorerOf(scoringForest(forest), correction);
    return isRefusal(scorer) ? scorer : { scorer, metrics };
  },
  load(bytes) {
    const saved = loadScoringForest(bytes);
    return isRefusal(saved) ? saved : scorerOf(saved.forest, saved.correction);
  },
};

/** The forest as it is, or with the correction that is asked for, where one helps. */
function corrects(forest: CausalForest, { data, localLinear }: ForestInput): { readonly forest: CausalForest; readonly correction: LocalCorrection | null } | Refusal {
  if (!localLinear) return { forest, correction: null };
  const correction = localCorrection(forest, data);
  if (isRefusal(correction)) return correction;
  if (correction.penalty === Infinity) return { forest, correction: null };
  const corrected = withLocalCorrection(forest, correction);
  return isRefusal(corrected) ? corrected : { forest: corrected, correction };
}

const scorerOf = (forest: ScoringForest, correction: LocalCorrection | null): EffectScorer | Refusal => (correction ? correctedScorer(forest, correction) : forestScorer(forest));

function forestScorer(forest: ScoringForest): EffectScorer {
  let rows: RowScorer | undefined; // it holds the trees a second time
  return {
    features: forest.features,
    output: 'cate',
    hasVariance: true,
    withoutScore: 'the treatment does not vary among units like them',
    score: (columns, engineOptions) => scoreUnits(sharedForestEngine, forest, Object.fromEntries(forest.features.map((name, j) => [name, columns[j]!])), engineOptions),
    scoreRow(values) {
      rows ??= rowScorer(forest);
      const found = rows.score(values);
      return found && { cate: found.effect, variance: found.variance };
    },
    probes: (units) => probeUnits(forest.binning, units),
    graph: (metadata) => forestGraph(forest, metadata),
    save: () => saveScoringForest(forest, null),
  };
}
