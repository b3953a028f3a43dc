import type { OnnxGraph, Value } from './graph.js';
import type { WalkTables } from './tree-tables.js';

/** Place of the leaf that each tree puts a unit in: int32, shape (n, trees). All trees go down one level at a time, by gathers from tables. */
export function graphLeaves(graph: OnnxGraph, bins: Value, tables: WalkTables): Value {
  const column = graph.constant(tables.column);
  const rule = graph.constant(tables.rule);
  const child = graph.constant(tables.child);
  const goesRight = graph.constant(tables.goesRight);
  const two = graph.constant(Int32Array.of(2), []);
  const units = graph.op('Shape', [bins], { start: 0, end: 1 });
  let node = graph.op('Expand', [graph.constant(tables.roots, [1, tables.roots.length]), graph.op('Concat', [units, graph.sizes(tables.roots.length)], { axis: 0 })]);
  for (let level = 0; level < tables.depth; level++) {
    const bin = graph.op('GatherElements', [bins, graph.op('Gather', [column, node])], { axis: 1 });
    const right = graph.op('Gather', [goesRight, graph.op('Add', [graph.op('Gather', [rule, node]), bin])]);
    node = graph.op('Gather', [child, graph.op('Add', [graph.op('Mul', [node, two]), graph.cast(right, 'int32')])]);
  }
  return graph.op('Gather', [graph.constant(tables.leaf), node]);
}
