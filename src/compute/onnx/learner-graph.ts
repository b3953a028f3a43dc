import type { KeptBoosting, KeptForest, KeptLearner, KeptLinear } from '../../stats/learners/kept/kept.js';
import type { ScoringTree } from '../../stats/learners/boosting/tree.js';
import { refuse, type Refusal } from '../../stats/refusal.js';
import { boostedBinning, boostedTables } from './boosted-tables.js';
import { graphBins } from './graph-bins.js';
import { graphLeaves } from './graph-leaves.js';
import type { OnnxGraph, Value } from './graph.js';
import { treeTables } from './tree-tables.js';

/** Refuses learners that have no ONNX form here: boosting with Poisson loss. Null for all others. */
export function checkGraph(kept: readonly KeptLearner[]): Refusal | null {
  const has = kept.every((learner) => learner.family !== 'boosting' || learner.loss.name !== 'poisson');
  return has ? null : refuse('unsupported_combination', 'boosting with poisson loss has no ONNX form here', 'Train with squared loss.');
}

/**
 * Predictions of one learner within a graph, double, shape (n); NaN where it lacks a value that it cannot do without.
 * @param x raw values, double, shape (n, features), NaN where missing and categories as codes
 */
export function graphLearner(graph: OnnxGraph, x: Value, kept: KeptLearner): Value {
  switch (kept.family) {
    case 'boosting': return graphBoosting(graph, x, kept);
    case 'linear': return graphLinear(graph, x, kept);
    case 'forest': return graphForest(graph, x, kept);
  }
}

const NOTHING_LEARNED: ScoringTree = { feature: new Int32Array(0), masks: new Uint32Array(0), left: new Int32Array(0), right: new Int32Array(0), values: new Float64Array(1) };

function graphBoosting(graph: OnnxGraph, x: Value, { bins: boostingBins, loss, start, trees }: KeptBoosting): Value {
  const { bins, columnOf } = graphBins(graph, x, boostedBinning(boostingBins));
  const tables = boostedTables(trees.length > 0 ? trees : [NOTHING_LEARNED], boostingBins, columnOf);
  const values = graph.op('Gather', [graph.constant(tables.leafValues), graphLeaves(graph, bins, tables)]);
  const score = graph.op('Add', [graph.op('ReduceSum', [values, graph.sizes(1)], { keepdims: 0 }), graph.scalar(start)]);
  return loss.name === 'logistic' ? graph.op('Sigmoid', [score]) : score;
}

/** Means of leaves (Y, G), weighted: centre + scale sum Y / sum G over trees. */
function graphForest(graph: OnnxGraph, x: Value, { binning, trees, centre, scale, task }: KeptForest): Value {
  const { bins, columnOf } = graphBins(graph, x, binning);
  const tables = treeTables(trees, binning, columnOf);
  const leaves = graph.op('Gather', [graph.constant(tables.leafValues, [tables.leafValues.length / trees.leafValues, trees.leafValues]), graphLeaves(graph, bins, tables)]);
  const sums = graph.op('ReduceSum', [graph.cast(leaves, 'double'), graph.sizes(1)], { keepdims: 0 });
  const column = (k: number) => graph.op('Gather', [sums, graph.constant(BigInt64Array.of(BigInt(k)), [])], { axis: 1 });
  const mean = graph.op('Add', [graph.op('Mul', [graph.op('Div', [column(0), column(1)]), graph.scalar(scale)]), graph.scalar(centre)]);
  return task === 'classification' ? graph.op('Min', [graph.op('Max', [mean, graph.scalar(0)]), graph.scalar(1)]) : mean;
}

/** Numbers by a product with their coefficients; of each categorical feature the coefficient of its level, or the average of levels where it has none of them. */
function graphLinear(graph: OnnxGraph, x: Value, { task, model: { intercept, coefficients }, encoding }: KeptLinear): Value {
  const columns = encoding.columns.map((column, j) => ({ ...column, slope: coefficients[j]! }));
  const numeric = columns.filter(({ level }) => level === null);
  const column = (feature: number) => graph.op('Gather', [x, graph.constant(BigInt64Array.of(BigInt(feature)))], { axis: 1 });
  let eta = everyRow(graph, x, intercept);
  if (numeric.length > 0) {
    const values = graph.op('Gather', [x, graph.constant(BigInt64Array.from(numeric, ({ feature }) => BigInt(feature)))], { axis: 1 });
    const product = graph.op('MatMul', [values, graph.constant(Float64Array.from(numeric, ({ slope }) => slope), [numeric.length, 1])]);
    eta = graph.op('Add', [eta, graph.op('Squeeze', [product, graph.sizes(1)])]);
  }
  for (const [feature, codes] of encoding.levels) {
    const own = columns.filter((each) => each.feature === feature);
    const slopes = Float64Array.from(codes, (code) => own.find(({ level }) => level === code)?.slope ?? 0);
    const average = own.reduce((sum, { share, slope }) => sum + share * slope, 0);
    const isLevel = graph.cast(graph.op('Equal', [column(feature), graph.constant(Float64Array.from(codes), [1, codes.size])]), 'double');
    const part = graph.op('Squeeze', [graph.op('MatMul', [isLevel, graph.constant(slopes, [codes.size, 1])]), graph.sizes(1)]);
    const known = graph.op('ReduceSum', [isLevel, graph.sizes(1)], { keepdims: 0 });
    eta = graph.op('Add', [eta, graph.op('Where', [graph.op('Greater', [known, graph.scalar(0)]), part, graph.scalar(average)])]);
  }
  return task === 'classification' ? graph.op('Sigmoid', [eta]) : eta;
}

/** A constant for every row, double, shape (n). */
export function everyRow(graph: OnnxGraph, x: Value, value: number): Value {
  return graph.op('Expand', [graph.scalar(value), graph.op('Shape', [x], { start: 0, end: 1 })]);
}
