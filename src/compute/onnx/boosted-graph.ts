import type { BoostedEffects } from '../../stats/cate/boosted-effects.js';
import { effectParts } from '../../stats/cate/effect-parts.js';
import type { ScoringBoosting } from '../../stats/learners/boosting/boosting.js';
import type { ScoringTree } from '../../stats/learners/boosting/tree.js';
import { refuse, type Refusal } from '../../stats/refusal.js';
import { codeVersion } from '../../version.js';
import { boostedBinning, boostedTables } from './boosted-tables.js';
import { graphBins } from './graph-bins.js';
import { graphLeaves } from './graph-leaves.js';
import { OnnxGraph, type Value } from './graph.js';

/**
 * Boosted effects as an ONNX model (IR 8, operator set 17, no other domain): input `X`, double, shape (n, features) in the model's order,
 * raw values with NaN where missing and categories as codes; output `cate`, double, shape (n), in units of the outcome. Boosting has no
 * variance to tell.
 *
 * Trees are tables, as in forest-graph.ts. Refuses losses whose predictions are no scores, other than logistic.
 * @param metadata written into the model's properties
 */
export function boostedGraph({ kind, features, parts, bounds }: BoostedEffects, metadata: Readonly<Record<string, string>>): Uint8Array | Refusal {
  const unknown = Object.values(parts).find(({ loss }) => loss.name === 'poisson');
  if (unknown) return refuse('unsupported_combination', `boosting with ${unknown.loss.name} loss has no ONNX form here`, 'Train with squared loss.');
  const graph = new OnnxGraph('boosted_effects');
  const x = graph.input('X', 'double', ['n', features.length]);
  const predicted = Object.fromEntries(effectParts[kind].map((part) => [part, graphPrediction(graph, x, parts[part]!)]));
  graph.output('cate', graphEffect(graph, kind, predicted, bounds), 'double', ['n']);
  return graph.encode({ name: 'assay', version: codeVersion }, metadata);
}

/** As in effect-parts.ts. */
function graphEffect(graph: OnnxGraph, kind: BoostedEffects['kind'], part: Readonly<Record<string, Value>>, [lowest, highest]: BoostedEffects['bounds']): Value {
  switch (kind) {
    case 't': return graph.op('Sub', [part['treated']!, part['control']!]);
    case 'x': {
      const share = graph.op('Min', [graph.op('Max', [part['propensity']!, graph.scalar(lowest)]), graph.scalar(highest)]);
      const rest = graph.op('Sub', [graph.scalar(1), share]);
      return graph.op('Add', [graph.op('Mul', [share, part['control']!]), graph.op('Mul', [rest, part['treated']!])]);
    }
    case 'r': case 'dr': return part['effect']!;
  }
}

const NOTHING_LEARNED: ScoringTree = { feature: new Int32Array(0), masks: new Uint32Array(0), left: new Int32Array(0), right: new Int32Array(0), values: new Float64Array(1) };

/** Predictions of one boosted model, shape (n). */
function graphPrediction(graph: OnnxGraph, x: Value, { bins: boostingBins, loss, start, trees }: ScoringBoosting): Value {
  const { bins, columnOf } = graphBins(graph, x, boostedBinning(boostingBins));
  const tables = boostedTables(trees.length > 0 ? trees : [NOTHING_LEARNED], boostingBins, columnOf);
  const values = graph.op('Gather', [graph.constant(tables.leafValues), graphLeaves(graph, bins, tables)]);
  const score = graph.op('Add', [graph.op('ReduceSum', [values, graph.sizes(1)], { keepdims: 0 }), graph.scalar(start)]);
  return loss.name === 'logistic' ? graph.op('Sigmoid', [score]) : score;
}
