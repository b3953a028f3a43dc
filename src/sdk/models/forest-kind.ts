import { z } from 'zod';
import { forestGraph } from '../../compute/onnx/forest-graph.js';
import { sharedForestEngine } from '../../compute/shared-forest-engine.js';
import { forestMetrics } from '../../stats/cate/model-metrics.js';
import { forestInput, forestOptions, growForest } from '../../stats/estimators/forest/forest-input.js';
import { withArrays, withoutArrays } from '../../stats/forest/forest-file.js';
import { readBlocks, writeBlocks, type BlockArray } from '../../stats/forest/block-file.js';
import { concatenate } from '../../stats/forest/packed-trees.js';
import { probeUnits } from '../../stats/forest/probe-units.js';
import { progressPart } from '../../stats/forest/progress-part.js';
import { rowScorer, type RowScorer } from '../../stats/forest/row-scorer.js';
import { scoreUnits } from '../../stats/forest/score-units.js';
import { scoringForest, type ScoringForest } from '../../stats/forest/scoring-forest.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import type { EffectScorer, ModelKind } from './kind.js';
import { rateOf, rateOptions } from './rate-options.js';

const FORMAT = 'assay scoring forest';
const VERSION = 1;

const options = z.strictObject({ ...forestOptions, ...rateOptions });

/** Share of the work that is done when the forest is grown; two more, of half the units each, judge its ranking. */
const FOREST = 0.5;

export const forestKind: ModelKind = {
  title: 'honest causal forest, with variances by little bags',
  references: ['Athey, Tibshirani, Wager (2019), Annals of Statistics 47(2)', 'Yadlowsky, Fleming, Shah, Brunskill, Wager (2025), JASA'],
  options,
  async train(columns, given, context) {
    const chosen = given as z.output<typeof options>;
    const input = forestInput(columns, chosen, context);
    const forest = await growForest(input, progressPart(input.engineOptions, 0, FOREST));
    if (isRefusal(forest)) return forest;
    const { engine, data, choices, leafSizes, overlap, engineOptions } = input;
    const metrics = await forestMetrics(engine, data, { ...choices, minNodeSize: leafSizes[0] }, forest, overlap, rateOf(chosen, context.seed), chosen.level, progressPart(engineOptions, FOREST, 1));
    return isRefusal(metrics) ? metrics : { scorer: forestScorer(scoringForest(forest)), metrics };
  },
  load(bytes) {
    const forest = loadScoringForest(bytes);
    return isRefusal(forest) ? forest : forestScorer(forest);
  },
};

function forestScorer(forest: ScoringForest): EffectScorer {
  let rows: RowScorer | undefined; // it holds the trees a second time
  return {
    features: forest.features,
    hasVariance: true,
    score: (columns, engineOptions) => scoreUnits(sharedForestEngine, forest, Object.fromEntries(forest.features.map((name, j) => [name, columns[j]!])), engineOptions),
    scoreRow(values) {
      rows ??= rowScorer(forest);
      const found = rows.score(values);
      return found && { cate: found.effect, variance: found.variance };
    },
    probes: (units) => probeUnits(forest.binning, units),
    graph: (metadata) => forestGraph(forest, metadata),
    save: () => saveScoringForest(forest),
  };
}

/** The forest without the rows that it was grown from. */
function saveScoringForest(forest: ScoringForest): Uint8Array {
  const blocks: Record<string, BlockArray> = {};
  const whole = { ...forest, trees: { ...forest.trees, segments: [concatenate(forest.trees.segments)] } };
  return writeBlocks({ format: FORMAT, version: VERSION, forest: withoutArrays(whole, 'forest', blocks) }, blocks);
}

function loadScoringForest(bytes: Uint8Array): ScoringForest | Refusal {
  const file = readBlocks(bytes);
  const header = file?.header as { readonly format: string; readonly version: number; readonly forest: unknown } | undefined;
  if (!file || header?.format !== FORMAT) return refuse('unsupported_combination', 'model.bin holds no causal forest', 'Train the model again.');
  if (header.version !== VERSION) return refuse('unsupported_combination', `model.bin is of format ${header.version}; this version reads format ${VERSION}`, 'Train the model again.');
  return withArrays(header.forest, file) as ScoringForest;
}
