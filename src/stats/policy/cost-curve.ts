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
  /** gain less that of the same budget spent without regard to who is who; null where both come to the same */
  readonly advantage: { readonly estimate: number; readonly standardError: number } | null;
}

/** One step of a unit to a dearer action on the hull of its predicted gains: what it adds to spend and to gain. */
interface Upgrade { readonly unit: number; readonly from: number; readonly to: number; readonly ratio: number }

/**
 * Gain per unit by budget per unit, when money goes to where the predicted gain for the next coin is largest (multi-armed Qini).
 *
 * Between two steps the last unit is treated in part. Beyond the point where nothing is predicted to gain, the curve is flat. Its rival spends on
 * units at random, on what gains most per cost on average. Errors by half-sample bootstrap of units or clusters, both curves from the same halves.
 * Refuses predictions by which nothing gains, and gains that do not vary.
 * @param budgets ascending, above 0, in units of cost per unit
 * @see Sverdrup, Wu, Athey, Wager (2025), Journal of Causal Inference; Imai, Li (2023), JASA
 */
export function costCurve(units: CostedUnits, budgets: readonly number[], replicates: number, seed: number): readonly CostCurvePoint[] | Refusal {
  const invalid = checkUnits(units);
  if (invalid) return invalid;
  const upgrades = upgradesOf(units);
  if (upgrades.length === 0) return refuse('zero_variance', 'no action is predicted to gain anything for any unit, so that no money is spent', 'Predict gains over doing nothing, not losses.');
  const read = (weight: Float64Array): Curves => {
    const gain = gainsAt(units, upgrades, weight, budgets);
    const alike = averageUnit(units, weight);
    const blind = gainsAt(alike, upgradesOf(alike), alike.weight, budgets);
    return { gain, advantage: gain.map((value, k) => value - blind[k]!) };
  };
  const found = read(units.weight);
  const error = bootstrapErrors(units, read, found, replicates, seed);
  const flat = error.gain.findIndex((value) => !(value > 0));
  if (flat >= 0) return refuse('zero_variance', `gains by a budget of ${budgets[flat]} do not vary between units`, 'Judge by gains that vary, such as doubly robust scores.');
  return budgets.map((budget, k) => ({
    budget, gain: found.gain[k]!, standardError: error.gain[k]!,
    advantage: error.advantage[k]! > ROUNDING * error.gain[k]! ? { estimate: found.advantage[k]!, standardError: error.advantage[k]! } : null,
  }));
}

/** Of the error of a gain: what two sums of the same gains may differ by. */
const ROUNDING = 1e-9;

/** One value a budget. */
interface Curves { readonly gain: Float64Array; readonly advantage: Float64Array }

/** A unit that is like all of them on average. */
function averageUnit({ predicted, costs, gains, actions }: CostedUnits, weight: Float64Array): CostedUnits {
  const total = weight.reduce((sum, each) => sum + each, 0);
  const mean = (matrix: Float64Array) => Float64Array.from({ length: actions }, (_, action) =>
    weight.reduce((sum, each, unit) => sum + (each / total) * matrix[unit * actions + action]!, 0));
  return { predicted: mean(predicted), costs: mean(costs), gains: mean(gains), actions, weight: Float64Array.of(1), cluster: null };
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

/** Half of the groups twice, by chance: the spread of the curves among them is their error. */
function bootstrapErrors({ weight, cluster }: CostedUnits, read: (weight: Float64Array) => Curves, centre: Curves, replicates: number, seed: number): Curves {
  const groupOf = cluster ?? Int32Array.from(weight.keys());
  const groups = [...new Set(groupOf)];
  const squares = { gain: new Float64Array(centre.gain.length), advantage: new Float64Array(centre.gain.length) };
  for (let replicate = 0; replicate < replicates; replicate++) {
    const drawn = Int32Array.from(groups);
    stream(seed, COST_CURVE_STREAM, replicate).shuffle(drawn);
    const half = new Set(drawn.subarray(0, drawn.length >> 1));
    const curves = read(weight.map((each, unit) => (half.has(groupOf[unit]!) ? each : 0)));
    for (const kind of ['gain', 'advantage'] as const) curves[kind].forEach((value, k) => { squares[kind][k]! += (value - centre[kind][k]!) ** 2; });
  }
  const rooted = (sums: Float64Array) => sums.map((sum) => Math.sqrt(sum / replicates));
  return { gain: rooted(squares.gain), advantage: rooted(squares.advantage) };
}

/** Names the stream of the bootstrap among those of a seed. */
const COST_CURVE_STREAM = 0xc057;
