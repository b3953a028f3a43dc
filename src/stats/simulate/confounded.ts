import { gaussLegendre } from '../numeric/gauss-legendre.js';
import { normalDensity } from '../numeric/normal.js';
import type { RandomStream } from '../numeric/random.js';

export interface Confounded {
  readonly units: number;
  /** arms: a treatment of 0 and 1; dose: a continuous one; both confounded by a and b, which are seen */
  readonly treatment: 'arms' | 'dose';
  /** also confounded by what is not seen; an instrument, of the treatment's kind, moves it */
  readonly isHidden?: boolean;
  /** the effect is 1 + a instead of 1 for all */
  readonly differs?: boolean;
  /** units come in fives that share a, part of the noise, and what else moves the treatment */
  readonly isClustered?: boolean;
}

/** Units of a draw, each column of shape (units). */
export interface ConfoundedUnits {
  readonly outcome: Float64Array;
  readonly treatment: Float64Array;
  readonly instrument: Float64Array | null;
  readonly covariates: readonly Float64Array[];
  readonly cluster: Int32Array | null;
}

const CLUSTER = 5;
/** Standard deviation of what else moves the treatment of a cluster. */
const PUSH = 0.7;
const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

/** E[slope of the logistic function at U], U normal with mean 0 and this standard deviation. */
function meanSlope(spread: number): number {
  const { nodes, weights } = gaussLegendre(64);
  const [reach, step] = [8, 8 * spread];
  return nodes.reduce((sum, node, i) => {
    const p = logistic(step * node);
    return sum + weights[i]! * reach * normalDensity(reach * node) * p * (1 - p);
  }, 0);
}

/**
 * Units with normal covariates a, b, c whose outcome is tau D + a + b / 2 + noise, and whose treatment follows (a - b) / 2.
 *
 * An instrument follows a / 2. With arms, three in five take the treatment that it says, and the others, by what is hidden, always or never one;
 * with a dose it adds to it. The average effect is 1: over all, and, where the effect is the same for all, over the treated and the compliers too.
 */
export const confounded = ({ units, treatment: kind, isHidden = false, differs = false, isClustered = false }: Confounded) => ({
  words: `${units} units${isClustered ? ` in clusters of ${CLUSTER}` : ''}, ${kind === 'arms' ? 'treated or not' : 'a dose'}${isHidden ? ', hidden confounding and an instrument' : ''}, ${differs ? 'effects 1 + a' : 'effect 1'}`,
  effect: 1,
  /** of the treated: 1 + E[a | D = 1], which is E of the slope of the logistic function at what moves the treatment (Stein) */
  effectOnTreated: differs && !isHidden && kind === 'arms' ? 1 + meanSlope(Math.sqrt(0.5 + (isClustered ? PUSH ** 2 : 0))) : 1,
  draw(random: RandomStream): ConfoundedUnits {
    const [a, b, c, outcome, treatment, instrument] = Array.from({ length: 6 }, () => new Float64Array(units)) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    let shared = { a: 0, noise: 0, push: 0 };
    for (let i = 0; i < units; i++) {
      if (!isClustered || i % CLUSTER === 0) shared = { a: random.normal(), noise: isClustered ? 0.7 * random.normal() : 0, push: isClustered ? PUSH * random.normal() : 0 };
      a[i] = shared.a;
      b[i] = random.normal();
      c[i] = random.normal();
      const hidden = isHidden ? random.normal() : 0;
      const lean = (a[i]! - b[i]!) / 2;
      if (kind === 'dose') {
        instrument[i] = a[i]! / 2 + shared.push + random.normal();
        treatment[i] = lean + (isHidden ? instrument[i]! + hidden : shared.push) + random.normal();
      } else {
        instrument[i] = Number(random.bernoulli(logistic(a[i]! / 2 + shared.push)));
        const complies = random.bernoulli(0.6);
        treatment[i] = isHidden ? (complies ? instrument[i]! : Number(hidden > 0)) : Number(random.bernoulli(logistic(lean + shared.push)));
      }
      const effect = differs ? 1 + a[i]! : 1;
      outcome[i] = effect * treatment[i]! + a[i]! + b[i]! / 2 + hidden + shared.noise + random.normal();
    }
    return { outcome, treatment, instrument: isHidden ? instrument : null, covariates: [a, b, c], cluster: isClustered ? Int32Array.from(a, (_, i) => Math.floor(i / CLUSTER)) : null };
  },
});
export type ConfoundedProcess = ReturnType<typeof confounded>;
