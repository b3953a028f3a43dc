/** Binary outcomes of a ranked experiment, as scikit-uplift takes them: 0 or 1, shape (n) each. */
export interface RankedResponses {
  readonly outcome: ArrayLike<number>;
  readonly score: ArrayLike<number>;
  readonly treated: ArrayLike<number>;
}

/** A curve over units treated: shape (points) each, from (0, 0). */
interface Curve { readonly units: readonly number[]; readonly values: readonly number[] }

type Height = (treated: number, treatedResponses: number, control: number, controlResponses: number) => number;

const quotient = (a: number, b: number): number => (b === 0 ? 0 : a / b);
const upliftHeight: Height = (treated, treatedYes, control, controlYes) => (quotient(treatedYes, treated) - quotient(controlYes, control)) * (treated + control);
const qiniHeight: Height = (treated, treatedYes, control, controlYes) => treatedYes - controlYes * quotient(treated, control);

/** Highest score first; of equal ones the later row first, as a stable ascending sort read backwards gives. */
const orderOf = (score: ArrayLike<number>): number[] => Array.from({ length: score.length }, (_, i) => i).sort((a, b) => score[b]! - score[a]! || b - a);

function curveOf({ outcome, score, treated }: RankedResponses, height: Height): Curve {
  const order = orderOf(score);
  const units = [0];
  const values = [0];
  const counts = { treated: 0, treatedYes: 0, controlYes: 0 };
  order.forEach((unit, i) => {
    counts.treated += treated[unit]!;
    if (treated[unit] === 1) counts.treatedYes += outcome[unit]!;
    else counts.controlYes += outcome[unit]!;
    if (i + 1 < order.length && score[order[i + 1]!] === score[unit]) return;
    units.push(i + 1);
    values.push(height(counts.treated, counts.treatedYes, i + 1 - counts.treated, counts.controlYes));
  });
  return { units, values };
}

function areaOf({ units, values }: Curve): number {
  let area = 0;
  for (let i = 1; i < units.length; i++) area += ((units[i]! - units[i - 1]!) * (values[i]! + values[i - 1]!)) / 2;
  return area;
}

/** (area - area of the diagonal) / the same of the perfect curve; null when the perfect curve is the diagonal. */
function normalised(actual: Curve, perfect: Curve): number | null {
  const diagonal = (perfect.units.at(-1)! * perfect.values.at(-1)!) / 2;
  const above = areaOf(perfect) - diagonal;
  return above === 0 ? null : (areaOf(actual) - diagonal) / above;
}

const perfectScore = ({ outcome, treated }: RankedResponses, of: (y: number, w: number) => number): number[] =>
  Array.from({ length: outcome.length }, (_, i) => of(outcome[i]!, treated[i]!));

/**
 * `uplift_auc_score` of scikit-uplift 0.5: area of (response rate treated - control) x units over the diagonal, as a share of the perfect one.
 * The perfect order breaks ties by outcome when control responders outnumber treated non-responders, by treatment otherwise.
 */
export function upliftAucScore(ranked: RankedResponses): number | null {
  let [controlYes, treatedNo] = [0, 0];
  for (let i = 0; i < ranked.outcome.length; i++) {
    if (ranked.outcome[i] === 1 && ranked.treated[i] === 0) controlYes++;
    if (ranked.outcome[i] === 0 && ranked.treated[i] === 1) treatedNo++;
  }
  const score = perfectScore(ranked, (y, w) => 2 * Number(y === w) + (controlYes > treatedNo ? y : w));
  return normalised(curveOf(ranked, upliftHeight), curveOf({ ...ranked, score }, upliftHeight));
}

/**
 * `qini_auc_score` of scikit-uplift 0.5: area of (treated responders - control responders x treated / control) over the diagonal, as a share of
 * the perfect one: with `negativeEffect` that of a model that knows who responds, else a ramp to the total gain, which then stays.
 */
export function qiniAucScore(ranked: RankedResponses, negativeEffect = true): number | null {
  const actual = curveOf(ranked, qiniHeight);
  const perfect = negativeEffect
    ? curveOf({ ...ranked, score: perfectScore(ranked, (y, w) => y * w - y * (1 - w)) }, qiniHeight)
    : { units: [0, actual.values.at(-1)!, ranked.outcome.length], values: [0, actual.values.at(-1)!, actual.values.at(-1)!] };
  return normalised(actual, perfect);
}

/**
 * `uplift_at_k` of scikit-uplift 0.5: difference of response rates among the first k of all units, or of each group.
 * @param k a share below 1, or a number of units
 * @returns null when an arm has none
 */
export function upliftAtK({ outcome, score, treated }: RankedResponses, strategy: 'overall' | 'by_group', k: number): number | null {
  const order = orderOf(score);
  const take = (units: readonly number[]): number[] => units.slice(0, k < 1 ? Math.floor(units.length * k) : k);
  const ofArm = (units: readonly number[], arm: number) => units.filter((unit) => treated[unit] === arm);
  const [control, treatment] = [0, 1].map((arm) => (strategy === 'overall' ? ofArm(take(order), arm) : take(ofArm(order, arm)))) as [number[], number[]];
  if (control.length === 0 || treatment.length === 0) return null;
  const rate = (units: readonly number[]): number => units.reduce((sum, unit) => sum + outcome[unit]!, 0) / units.length;
  return rate(treatment) - rate(control);
}
