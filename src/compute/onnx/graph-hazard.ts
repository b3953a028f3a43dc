import { normalHazard } from '../../stats/numeric/normal.js';
import type { OnnxGraph, Value } from './graph.js';

/** Where the middle of the interpolated interval is. */
const MIDDLE = 2;
/** Error of the interpolation: 2e-13 of the hazard for every z >= 0; held by test/onnx. */
const DEGREE = 30;

/**
 * Hazard of the standard normal, density over upper tail, of a tensor of doubles by elementwise nodes: runtimes have no error function of doubles.
 *
 * Its inverse, Mills' ratio m, by Chebyshev interpolation of m(z) (z + 2) in u = (z - 2) / (z + 2) for z >= 0; m(z) = sqrt(2 pi) exp(z^2 / 2) - m(-z) below.
 */
export function graphHazard(graph: OnnxGraph, z: Value): Value {
  const positive = graph.op('Abs', [z]);
  const shifted = graph.op('Add', [positive, graph.scalar(MIDDLE)]);
  const u = graph.op('Div', [graph.op('Sub', [positive, graph.scalar(MIDDLE)]), shifted]);
  const upper = graph.op('Div', [chebyshevSum(graph, u, coefficients()), shifted]);
  const halfSquare = graph.op('Mul', [graph.op('Mul', [z, z]), graph.scalar(0.5)]);
  const whole = graph.op('Mul', [graph.op('Exp', [halfSquare]), graph.scalar(Math.sqrt(2 * Math.PI))]);
  const isLower = graph.op('Less', [z, graph.scalar(0)]);
  return graph.op('Reciprocal', [graph.op('Where', [isLower, graph.op('Sub', [whole, upper]), upper])]);
}

/** sum c_k T_k(u), by Clenshaw's recurrence. */
function chebyshevSum(graph: OnnxGraph, u: Value, c: readonly number[]): Value {
  const twice = graph.op('Mul', [u, graph.scalar(2)]);
  let last = graph.scalar(0);
  let current = graph.scalar(c.at(-1)!);
  for (let k = c.length - 2; k > 0; k--) {
    const next = graph.op('Add', [graph.op('Sub', [graph.op('Mul', [twice, current]), last]), graph.scalar(c[k]!)]);
    [last, current] = [current, next];
  }
  return graph.op('Add', [graph.op('Sub', [graph.op('Mul', [u, current]), last]), graph.scalar(c[0]!)]);
}

/** Of the polynomial through m(z) (z + 2) at Chebyshev's nodes. */
function coefficients(): number[] {
  const nodes = Array.from({ length: DEGREE + 1 }, (_, j) => Math.cos((Math.PI * (j + 0.5)) / (DEGREE + 1)));
  const values = nodes.map((u) => {
    const z = (MIDDLE * (1 + u)) / (1 - u);
    return (z + MIDDLE) / normalHazard(z);
  });
  return nodes.map((_, k) => ((k === 0 ? 1 : 2) / (DEGREE + 1))
    * values.reduce((sum, value, j) => sum + value * Math.cos((Math.PI * k * (j + 0.5)) / (DEGREE + 1)), 0));
}
