import type { LearnedEffects } from '../../stats/cate/learned-effects.js';
import { effectParts } from '../../stats/cate/effect-parts.js';
import type { KeptLearner } from '../../stats/learners/kept/kept.js';
import type { Refusal } from '../../stats/refusal.js';
import { codeVersion } from '../../version.js';
import { OnnxGraph, type Value } from './graph.js';
import { checkGraph, everyRow, graphLearner } from './learner-graph.js';

type Metadata = Readonly<Record<string, string>>;

/**
 * Learned effects as an ONNX model (IR 8, operator set 17, no other domain): input `X`, double, shape (n, features) in the model's order,
 * raw values with NaN where missing and categories as codes; output `cate`, double, shape (n), in units of the outcome. Meta-learners have no
 * variance to tell. NaN says that a value is missing that a linear model cannot do without.
 *
 * Trees are tables, as in forest-graph.ts. Refuses losses whose predictions are no scores, other than logistic.
 * @param metadata written into the model's properties
 */
export function learnedGraph({ kind, features, parts, bounds }: LearnedEffects, metadata: Metadata): Uint8Array | Refusal {
  const refusal = checkGraph(Object.values(parts));
  if (refusal) return refusal;
  const graph = new OnnxGraph('learned_effects');
  const x = graph.input('X', 'double', ['n', features.length]);
  const predicted = Object.fromEntries(effectParts[kind].map((part) => [part, (arm?: number) => graphLearner(graph, arm === undefined ? x : inArm(graph, x, arm), parts[part]!)]));
  graph.output('cate', graphEffect(graph, kind, predicted, bounds), 'double', ['n']);
  return graph.encode({ name: 'assay', version: codeVersion }, metadata);
}

/** A model of outcomes likewise; output `prediction`, double, shape (n). */
export function outcomeGraph(kept: KeptLearner, features: readonly string[], metadata: Metadata): Uint8Array | Refusal {
  const refusal = checkGraph([kept]);
  if (refusal) return refusal;
  const graph = new OnnxGraph('outcomes');
  const x = graph.input('X', 'double', ['n', features.length]);
  graph.output('prediction', graphLearner(graph, x, kept), 'double', ['n']);
  return graph.encode({ name: 'assay', version: codeVersion }, metadata);
}

/** The rows as if all were in one arm: the treatment is the last feature. */
const inArm = (graph: OnnxGraph, x: Value, arm: number): Value =>
  graph.op('Concat', [x, graph.op('Unsqueeze', [everyRow(graph, x, arm), graph.sizes(1)])], { axis: 1 });

/** As in effect-parts.ts. */
function graphEffect(graph: OnnxGraph, kind: LearnedEffects['kind'], part: Readonly<Record<string, (arm?: number) => Value>>, [lowest, highest]: LearnedEffects['bounds']): Value {
  switch (kind) {
    case 's': return graph.op('Sub', [part['outcome']!(1), part['outcome']!(0)]);
    case 't': return graph.op('Sub', [part['treated']!(), part['control']!()]);
    case 'x': {
      const share = graph.op('Min', [graph.op('Max', [part['propensity']!(), graph.scalar(lowest)]), graph.scalar(highest)]);
      const rest = graph.op('Sub', [graph.scalar(1), share]);
      return graph.op('Add', [graph.op('Mul', [share, part['control']!()]), graph.op('Mul', [rest, part['treated']!()])]);
    }
    case 'r': case 'dr': return part['effect']!();
  }
}
