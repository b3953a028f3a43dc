import { stream } from '../numeric/random.js';
import { refuse, type Refusal } from '../refusal.js';

export interface CostedUnits {
  /** predicted gain of each action over doing nothing, learned elsewhere, shape (n, actions) row-major; doing nothing is not among them */
  readonly predicted: Float64Array;
  /** cost of each action for each unit, greater than 0, shape (n, actions) */
  readonly costs: Float64Array;
  /** doubly robust gains over doing nothing, which judge, shape (n, actions) */
  readonly gains: Float64Array;
  readonly actions: number;
  readonly weight: Float64Array;
  readonly cluster: Int32Array | null;
}

export interface CostCurvePoint {
  /** spent per unit */
  readonly budget: number;
  /** gained per unit */
  readonly gain: number;
  readonly standardError: number;
}

/** One step of a unit to a dearer action on the hull of its predicted gains: what it adds to spend and to gain. */
interface Upgrade { readonly unit: number; readonly from: number; readonly to: number; readonly ratio: number }

/**
 * Gain per unit by budget per unit, when money goes to where the predicted gain for the next coin is largest (multi-armed Qini).
 *
 * Between two steps the last unit is treated in part. Beyond the point where nothing is predicted to gain, the curve is flat. Errors by
 * half-sample bootstrap of units or clusters.
 * @param budgets ascending, at least 0, in units of cost per unit
 * @see Sverdrup, Wu, Athey, Wager (2025), Journal of Causal Inference; Imai, Li (2023), JASA
 */
export function costCurve(units: CostedUnits, budgets: readonly number[], replicates: number, seed: number): readonly CostCurvePoint[] | Refusal {
  const invalid = checkUnits(units);
  if (invalid) return invalid;
  const upgrades = upgradesOf(units);
  const gain = gainsAt(units, upgrades, units.weight, budgets);
  const spread = bootstrapErrors(units, upgrades, budgets, gain, replicates, seed);
  return budgets.map((budget, k) => ({ budget, gain: gain[k]!, standardError: spread[k]! }));
}

function checkUnits({ predicted, costs, gains, weight, cluster, actions }: CostedUnits): Refusal | null {
  if (![predicted, costs, gains].every((matrix) => Number.isFinite(matrix.reduce((sum, value) => sum + Math.abs(value), 0)))) return refuse('not_finite', 'predictions, costs and gains of a cost curve, and their sums, must be finite', 'Leave out units without them, or rescale them.');
  if (costs.some((cost) => cost <= 0)) return refuse('unsupported_combination', 'costs of a cost curve must be above 0: what costs nothing needs no budget', 'Leave free actions out, or price them.');
  const groups = cluster ? new Set(cluster).size : gains.length / actions;
  if (groups < 4) return refuse('too_few_units', `errors of a cost curve need at least 4 independent units or clusters; got ${groups}`, 'Collect more units.');
  return weight.some((each) => each > 0) ? null : refuse('too_few_units', 'a cost curve needs units with weight', 'Give weights above 0.');
}

/** Steps along each unit's upper hull of (cost, predicted gain) from (0, 0), steepest first; the lowest unit and action of equals. */
function upgradesOf({ predicted, costs, actions }: CostedUnits): Upgrade[] {
  const upgrades: Upgrade[] = [];
  const n = predicted.length / actions;
  for (let unit = 0; unit < n; unit++) {
    const at = (action: number) => (action < 0 ? { cost: 0, gain: 0 } : { cost: costs[unit * actions + action]!, gain: predicted[unit * actions + action]! });
    for (let from = -1; ;) {
      let best = { to: -1, ratio: 0 };
      for (let to = 0; to < actions; to++) {
        const ratio = (at(to).gain - at(from).gain) / (at(to).cost - at(from).cost);
        const isDearer = at(to).cost > at(from).cost;
        if (isDearer && (ratio > best.ratio || (ratio === best.ratio && best.to >= 0 && at(to).cost > at(best.to).cost))) best = { to, ratio };
      }
      if (best.to < 0) break;
      upgrades.push({ unit, from, ...best });
      from = best.to;
    }
  }
  return upgrades.sort((one, other) => other.ratio - one.ratio || one.unit - other.unit || one.to - other.to);
}

/** Gain per unit of weight at each budget. */
function gainsAt({ gains, costs, actions }: CostedUnits, upgrades: readonly Upgrade[], weight: Float64Array, budgets: readonly number[]): Float64Array {
  const total = weight.reduce((sum, each) => sum + each, 0);
  const out = new Float64Array(budgets.length);
  let spent = 0;
  let gained = 0;
  let k = 0;
  for (const { unit, from, to } of upgrades) {
    const share = weight[unit]! / total;
    const cost = share * (costs[unit * actions + to]! - (from < 0 ? 0 : costs[unit * actions + from]!));
    const gain = share * (gains[unit * actions + to]! - (from < 0 ? 0 : gains[unit * actions + from]!));
    for (; k < budgets.length && spent + cost > budgets[k]!; k++) out[k] = gained + gain * ((budgets[k]! - spent) / cost);
    if (k === budgets.length) return out;
    spent += cost;
    gained += gain;
  }
  return out.fill(gained, k);
}

/** Half of the groups twice, by chance: the spread of the curve among them is its error. */
function bootstrapErrors(units: CostedUnits, upgrades: readonly Upgrade[], budgets: readonly number[], centre: Float64Array, replicates: number, seed: number): Float64Array {
  const n = units.weight.length;
  const groupOf = units.cluster ?? Int32Array.from({ length: n }, (_, unit) => unit);
  const groups = [...new Set(groupOf)];
  const squares = new Float64Array(budgets.length);
  for (let replicate = 0; replicate < replicates; replicate++) {
    const drawn = Int32Array.from(groups);
    stream(seed, COST_CURVE_STREAM, replicate).shuffle(drawn);
    const half = new Set(drawn.subarray(0, drawn.length >> 1));
    const curve = gainsAt(units, upgrades, units.weight.map((weight, unit) => (half.has(groupOf[unit]!) ? weight : 0)), budgets);
    curve.forEach((value, k) => { squares[k]! += (value - centre[k]!) ** 2; });
  }
  return squares.map((sum) => Math.sqrt(sum / replicates));
}

/** Names the stream of the bootstrap among those of a seed. */
const COST_CURVE_STREAM = 0xc057;
