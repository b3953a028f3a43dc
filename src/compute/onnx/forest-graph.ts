import { MIN_VARIATION } from '../../stats/forest/effect-equation.js';
import type { ScoringForest } from '../../stats/forest/scoring-forest.js';
import { refuse, type Refusal } from '../../stats/refusal.js';
import { codeVersion } from '../../version.js';
import { graphBins } from './graph-bins.js';
import { graphHazard } from './graph-hazard.js';
import { graphLeaves } from './graph-leaves.js';
import { OnnxGraph, type Value } from './graph.js';
import { treeTables, type TreeTables } from './tree-tables.js';

/** Readers of protobuf take messages of at most 2 GB. */
const MOST_BYTES = 2 ** 31 - 2 ** 20;

/**
 * A causal forest as an ONNX model (IR 8, operator set 17, no other domain): input `X`, double, shape (n, features) in the forest's order, raw
 * values with NaN where missing and categories as codes; outputs `cate` and `variance` (little bags), double, shape (n), in units of y per unit
 * of w, and its square. NaN says that the treatment does not vary among the unit's neighbours, where the forest itself refuses.
 *
 * Nodes are gathered from tables, level by level, rather than given to `TreeEnsembleRegressor` (ai.onnx.ml 3). That operator splits by `<=`
 * alone, so that a subset of levels would need a copy of both children for each run of levels in it, and it answers in float32, summed by
 * target, where the variance needs each tree by itself. Tables hold both exactly: a unit reaches the same leaves as in the forest, and all that
 * follows is in doubles. The price is memory, about 100 bytes a unit and tree: score some thousand units at a time.
 *
 * Refuses bags of one tree, which have no variance, and forests too large for a model file.
 * @param metadata written into the model's properties
 */
export function forestGraph(forest: ScoringForest, metadata: Readonly<Record<string, string>>): Uint8Array | Refusal {
  const { trees, binning, effectScale } = forest;
  if (trees.bagTrees !== 2) return refuse('unsupported_combination', 'variances need little bags of 2 trees', 'Grow the forest with bags of 2 trees.');
  const graph = new OnnxGraph('causal_forest');
  const x = graph.input('X', 'double', ['n', binning.cuts.length]);
  const { bins, columnOf } = graphBins(graph, x, binning);
  const tables = treeTables(trees, binning, columnOf);
  // four tables of int32 a node, and the leaves
  const bytes = 4 * (5 * tables.column.length + tables.leafValues.length) + tables.goesRight.length;
  if (bytes > MOST_BYTES) {
    return refuse('unsupported_combination', `the forest has ${tables.column.length} nodes, ${Math.round(bytes / 2 ** 20)} MB as an ONNX model; the most is ${Math.round(MOST_BYTES / 2 ** 20)} MB`, 'Grow fewer trees, or larger leaves.');
  }
  const values = leafValuesOf(graph, bins, tables, trees.leafValues);
  const { effect, linear } = solvedEffect(graph, values, trees.leafValues);
  const variance = bagVariance(graph, linear, trees.trees / 2);
  graph.output('cate', graph.op('Mul', [effect, graph.scalar(effectScale)]), 'double', ['n']);
  graph.output('variance', graph.op('Mul', [variance, graph.scalar(effectScale ** 2)]), 'double', ['n']);
  return graph.encode({ name: 'assay', version: codeVersion }, metadata);
}

/** Values of the leaf that each tree puts a unit in: double, shape (n, trees, leafValues). */
function leafValuesOf(graph: OnnxGraph, bins: Value, tables: TreeTables, leafValues: number): Value {
  const leaf = graphLeaves(graph, bins, tables);
  return graph.cast(graph.op('Gather', [graph.constant(tables.leafValues, [tables.leafValues.length / leafValues, leafValues]), leaf]), 'double');
}

/**
 * The effect in standardised units, shape (n), NaN where it is not identified; and the influence of each tree on it, shape (n, trees).
 * The equations are those of effect-equation.ts.
 */
function solvedEffect(graph: OnnxGraph, values: Value, leafValues: number): { readonly effect: Value; readonly linear: Value } {
  const mul = (a: Value, b: Value) => graph.op('Mul', [a, b]);
  const sub = (a: Value, b: Value) => graph.op('Sub', [a, b]);
  const div = (a: Value, b: Value) => graph.op('Div', [a, b]);
  const means = graph.op('ReduceMean', [values], { axes: [1], keepdims: 0 });
  const mean = (k: number) => graph.op('Gather', [means, graph.constant(BigInt64Array.of(BigInt(k)))], { axis: 1 });
  const [wy, ww, w, y] = [mean(0), mean(1), mean(2), mean(3)] as const;
  const g = leafValues === 6 ? mean(4) : graph.constant(Float64Array.of(1), [1, 1]);

  const variation = sub(mul(ww, g), mul(w, w));
  const isIdentified = graph.op('Greater', [variation, mul(graph.scalar(MIN_VARIATION), mul(g, g))]);
  const effect = graph.op('Where', [isIdentified, div(sub(mul(wy, g), mul(w, y)), variation), graph.scalar(NaN)]);
  const main = div(sub(y, mul(w, effect)), g);
  const coefficients = [
    div(g, variation), graph.op('Neg', [div(mul(g, effect), variation)]),
    div(sub(mul(w, effect), mul(g, main)), variation), graph.op('Neg', [div(w, variation)]),
  ];
  const forG = div(mul(w, main), variation);
  const used = leafValues === 6 ? [...coefficients, forG] : coefficients;
  const each = graph.op('Gather', [values, graph.constant(Int32Array.from(used, (_, k) => k))], { axis: 2 });
  const weights = graph.op('Unsqueeze', [graph.op('Concat', used, { axis: 1 }), graph.sizes(2)]);
  const influence = graph.op('Squeeze', [graph.op('MatMul', [each, weights]), graph.sizes(2)]);
  return {
    effect: graph.op('Squeeze', [effect, graph.sizes(1)]),
    linear: leafValues === 6 ? influence : graph.op('Add', [influence, forG]),
  };
}

/** Variance by little bags of two, in squared standardised units, as in bag-variance.ts; shape (n). */
function bagVariance(graph: OnnxGraph, linear: Value, bags: number): Value {
  const pairs = graph.op('Reshape', [linear, graph.sizes(-1, bags, 2)]);
  const meanOfSquares = (weights: readonly [number, number]): Value => {
    const combined = graph.op('MatMul', [pairs, graph.constant(Float64Array.from(weights), [2, 1])]);
    return graph.op('ReduceMean', [graph.op('Mul', [combined, combined])], { axes: [1, 2], keepdims: 0 });
  };
  const between = meanOfSquares([0.5, 0.5]);
  const noise = meanOfSquares([0.5, -0.5]);
  const initial = graph.op('Sub', [between, noise]);
  const spread = graph.op('Mul', [graph.op('Max', [between, noise]), graph.scalar(Math.sqrt(2 / bags))]);
  const hazard = graphHazard(graph, graph.op('Neg', [graph.op('Div', [initial, spread])]));
  const monteCarlo = graph.op('Mul', [between, graph.scalar(1 / bags)]);
  const corrected = graph.op('Add', [graph.op('Add', [initial, graph.op('Mul', [spread, hazard])]), monteCarlo]);
  // NaN where the effect is not identified, 0 where no tree differs from another
  return graph.op('Where', [graph.op('Equal', [spread, graph.scalar(0)]), graph.scalar(0), corrected]);
}
