import { stream } from '../../src/stats/numeric/random.js';
import { policyProblem, type PolicyProblem } from '../../src/stats/policy/policy-problem.js';

export interface Shape {
  readonly n: number;
  readonly p: number;
  readonly actions: number;
  /** distinct values of a column; 0: all differ */
  readonly levels: number;
  readonly minLeaf: number;
}

/** Columns and rewards with a best action that turns at thresholds of the first two columns. */
export function policyRows({ n, p, actions, levels }: Shape): { readonly columns: Float64Array[]; readonly scores: Float64Array } {
  const random = stream(n, p, actions, levels);
  const columns = Array.from({ length: p }, () => Float64Array.from({ length: n }, () => (levels === 0 ? random.normal() : random.integer(levels))));
  const scores = new Float64Array(n * actions);
  for (let unit = 0; unit < n; unit++) {
    const best = ((columns[0]![unit]! > 0.3 ? 1 : 0) + (columns[1 % p]![unit]! > 0.5 ? 1 : 0)) % actions;
    for (let action = 0; action < actions; action++) scores[unit * actions + action] = (action === best ? 0.6 : 0) + random.normal();
  }
  return { columns, scores };
}

export function policyData(shape: Shape): PolicyProblem {
  const { columns, scores } = policyRows(shape);
  return policyProblem(columns, scores, shape.actions, shape.minLeaf) as PolicyProblem;
}
