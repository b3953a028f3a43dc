export const upliftCriteria = ['kl', 'euclidean', 'chi_square', 'ddp', 'cts', 'iddp'] as const;
export type UpliftCriterion = (typeof upliftCriteria)[number];

/** Criteria that compare one treatment with control. */
export const singleTreatmentCriteria: readonly UpliftCriterion[] = ['ddp', 'iddp'];

/** Units and responses of each arm, control first: n0, y0, n1, y1, .., shape (2 x arms). */
export type ArmCounts = Int32Array;

export interface CriterionOptions {
  readonly criterion: UpliftCriterion;
  /** divide gains by the information of the split, so that uneven splits and splits that separate the arms are not preferred; always done by iddp */
  readonly normalise: boolean;
  /** units of the parent's response rate that are added to each child's arm (n_reg) */
  readonly regularisation: number;
}

/** Response rates nearer to 0 or 1 than this would make divergences infinite. */
const LEAST_RATE = 1e-6;
/** Share of the normalisation that looks at all treatments together, where there are several. */
const ALL_TREATMENTS = 0.9;

const inside = (p: number): number => Math.min(1 - LEAST_RATE, Math.max(LEAST_RATE, p));
const entropy = (p: number): number => (p > 0 && p < 1 ? -p * Math.log(p) - (1 - p) * Math.log(1 - p) : 0);
const gini = (p: number): number => 2 * p * (1 - p);

type Divergence = (p: number, q: number) => number;
const divergences: Readonly<Record<'kl' | 'euclidean' | 'chi_square', Divergence>> = {
  kl(p, q) {
    const [a, b] = [inside(p), inside(q)];
    return a * Math.log(a / b) + (1 - a) * Math.log((1 - a) / (1 - b));
  },
  euclidean: (p, q) => 2 * (p - q) * (p - q),
  chi_square(p, q) {
    const b = inside(q);
    return ((p - q) * (p - q)) / (b * (1 - b));
  },
};

/** Judges a split of a node by the response rates of the arms in its children. */
export interface SplitJudge {
  /** to be called once a node: regularised rates of its arms, and its counts */
  enter(rates: Float64Array, node: ArmCounts): void;
  /** more than 0 when the split is worth something; right is the node less left */
  gain(left: ArmCounts): number;
}

/**
 * KL, squared Euclidean and chi-squared divergence between treated and control responses (gain of the weighted mean over children, summed over
 * treatments); ddp, the difference of the children's effects; cts, the gain of the best arm's response; iddp, ddp beyond the node's own effect.
 * @see Rzepakowski, Jaroszewicz (2012), Knowledge and Information Systems 32 (kl, euclidean, chi_square and their normalisation);
 * Hansotia, Rukstales (2002), Journal of Interactive Marketing 16 (ddp); Zhao, Fang, Simchi-Levi (2017), ICDM (cts);
 * Rößler, Guse, Schoder (2022), ICIS (iddp)
 */
export function createSplitJudge({ criterion, normalise, regularisation }: CriterionOptions, arms: number): SplitJudge {
  const left = new Float64Array(arms);
  const right = new Float64Array(arms);
  let parent = new Float64Array(arms);
  let node: ArmCounts = new Int32Array(2 * arms);
  let total = 0;
  let before = 0;

  const value = valueOf(criterion);
  const isEffect = criterion === 'ddp' || criterion === 'iddp';
  const impurity = criterion === 'kl' || criterion === 'iddp' || criterion === 'cts' ? entropy : gini;
  const distance = criterion === 'euclidean' || criterion === 'chi_square' ? divergences[criterion] : divergences.kl;

  return {
    enter(rates, counts) {
      parent = rates as Float64Array<ArrayBuffer>;
      node = counts;
      total = 0;
      for (let k = 0; k < arms; k++) total += counts[2 * k]!;
      before = value(rates);
    },
    gain(counts) {
      let units = 0;
      for (let k = 0; k < arms; k++) {
        const n = counts[2 * k]!;
        const rest = node[2 * k]! - n;
        units += n;
        left[k] = (counts[2 * k + 1]! + parent[k]! * regularisation) / (n + regularisation);
        right[k] = (node[2 * k + 1]! - counts[2 * k + 1]! + parent[k]! * regularisation) / (rest + regularisation);
      }
      if (isEffect) {
        const apart = Math.abs(value(left) - value(right));
        return criterion === 'ddp' ? apart : (apart - Math.abs(before)) / information(counts, apart - Math.abs(before));
      }
      const share = units / total;
      const gained = share * value(left) + (1 - share) * value(right) - before;
      return normalise ? gained / information(counts, 0) : gained;
    },
  };

  /** How much a split tells of the arms and of itself, plus 1/2, which bounds the quotient. */
  function information(counts: ArmCounts, beyond: number): number {
    const control = node[0]!;
    const controlShare = counts[0]! / control;
    const treated = total - control;
    let leftTreated = 0;
    for (let k = 1; k < arms; k++) leftTreated += counts[2 * k]!;
    const balance = impurity(treated / total);
    let sum = 0.5 + (control / total) * impurity(controlShare);
    if (criterion === 'iddp') return sum + (balance * 2 * (1 + beyond)) / 3 + (treated / total) * impurity(leftTreated / treated);
    sum += (arms > 2 ? ALL_TREATMENTS : 1) * balance * distance(leftTreated / treated, controlShare);
    for (let k = 1; k < arms; k++) {
      const n = node[2 * k]!;
      const share = counts[2 * k]! / n;
      if (arms > 2) sum += (1 - ALL_TREATMENTS) * impurity(n / (n + control)) * distance(share, controlShare);
      sum += (n / total) * impurity(share);
    }
    return sum;
  }
}

/** What a criterion sees in the response rates of a node, control first. */
function valueOf(criterion: UpliftCriterion): (rates: Float64Array) => number {
  if (criterion === 'cts') return (rates) => { let best = rates[0]!; for (let k = 1; k < rates.length; k++) best = Math.max(best, rates[k]!); return best; };
  if (criterion === 'ddp' || criterion === 'iddp') return (rates) => rates[1]! - rates[0]!;
  const divergence = divergences[criterion];
  return (rates) => { let sum = 0; for (let k = 1; k < rates.length; k++) sum += divergence(rates[k]!, rates[0]!); return sum; };
}
