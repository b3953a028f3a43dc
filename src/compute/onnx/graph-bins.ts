import type { Binning } from '../../stats/forest/binning.js';
import type { OnnxGraph, Value } from './graph.js';

/** Binned columns of a graph: numeric features first, then categorical ones. */
export interface GraphBins {
  /** int32, shape (n, features) */
  readonly bins: Value;
  /** the column of `bins` that holds each feature */
  readonly columnOf: readonly number[];
}

/**
 * Bins of raw values within the graph: each value is compared with all cuts, or all levels, of its feature, as doubles.
 *
 * Numeric: cuts below the value, after bin 0 for missing ones where the feature has them. Categorical: place of the level, after bin 0
 * likewise; the last bin for a level that the forest did not have, and for a missing value where it had none.
 * @param x double, shape (n, features); NaN is missing
 */
export function graphBins(graph: OnnxGraph, x: Value, binning: Binning): GraphBins {
  const features = binning.cuts.map((_, feature) => feature);
  const numeric = features.filter((feature) => !binning.levels[feature]);
  const categorical = features.filter((feature) => binning.levels[feature]);
  const parts = [
    ...(numeric.length > 0 ? [numericBins(graph, x, numeric, binning)] : []),
    ...(categorical.length > 0 ? [categoricalBins(graph, x, categorical, binning)] : []),
  ];
  const order = [...numeric, ...categorical];
  return { bins: graph.op('Concat', parts, { axis: 1 }), columnOf: features.map((feature) => order.indexOf(feature)) };
}

function numericBins(graph: OnnxGraph, x: Value, features: readonly number[], { cuts, hasMissing }: Binning): Value {
  const columns = columnsOf(graph, x, features);
  const below = graph.op('Greater', [unsqueezed(graph, columns), padded(graph, features.map((feature) => cuts[feature]!), Infinity)]);
  const count = graph.op('ReduceSum', [graph.cast(below, 'int32'), graph.sizes(2)], { keepdims: 0 });
  const isPresent = graph.cast(graph.op('Not', [graph.op('IsNaN', [columns])]), 'int32');
  const first = graph.constant(Int32Array.from(features, (feature) => hasMissing[feature]!), [1, features.length]);
  return graph.op('Add', [count, graph.op('Mul', [isPresent, first])]);
}

function categoricalBins(graph: OnnxGraph, x: Value, features: readonly number[], { levels, hasMissing }: Binning): Value {
  const columns = columnsOf(graph, x, features);
  const is = graph.cast(graph.op('Equal', [unsqueezed(graph, columns), padded(graph, features.map((feature) => levels[feature]!), NaN)]), 'int32');
  const unseen = features.map((feature) => levels[feature]!.length + hasMissing[feature]!);
  const width = Math.max(...features.map((feature) => levels[feature]!.length));
  // what a match takes from the unseen bin, which is last, to reach its own
  const back = new Int32Array(features.length * width);
  features.forEach((feature, j) => levels[feature]!.forEach((_, k) => { back[j * width + k] = k + hasMissing[feature]! - unseen[j]!; }));
  const steps = graph.constant(back, [1, features.length, width]);
  const matched = graph.op('ReduceSum', [graph.op('Mul', [is, steps]), graph.sizes(2)], { keepdims: 0 });
  const isMissing = graph.cast(graph.op('IsNaN', [columns]), 'int32');
  const toMissing = graph.constant(Int32Array.from(features, (feature, j) => -unseen[j]! * hasMissing[feature]!), [1, features.length]);
  const last = graph.constant(Int32Array.from(unseen), [1, features.length]);
  return graph.op('Add', [graph.op('Add', [last, matched]), graph.op('Mul', [isMissing, toMissing])]);
}

const columnsOf = (graph: OnnxGraph, x: Value, features: readonly number[]): Value =>
  graph.op('Gather', [x, graph.constant(Int32Array.from(features))], { axis: 1 });

const unsqueezed = (graph: OnnxGraph, columns: Value): Value => graph.op('Unsqueeze', [columns, graph.sizes(2)]);

/** Lists of one length, by values that no comparison finds; shape (1, lists, length), at least 1 long. */
function padded(graph: OnnxGraph, lists: readonly Float64Array[], filler: number): Value {
  const width = Math.max(1, ...lists.map(({ length }) => length));
  const all = new Float64Array(lists.length * width).fill(filler);
  lists.forEach((list, j) => all.set(list, j * width));
  return graph.constant(all, [1, lists.length, width]);
}
