import type { CausalData } from '../forest/causal-forest.js';
import type { RandomStream } from '../numeric/random.js';

export interface EffectSurface {
  readonly units: number;
  /** tau = 1.5 + slope (b - 0.5) */
  readonly slope: number;
  /** units come in fives that share a level of the effect and what they are treated by */
  readonly isClustered?: boolean;
  /** a fifth of the values of `a` and of `c` are missing, neither of which confounds */
  readonly hasGaps?: boolean;
}

const CLUSTER = 5;
/** Standard deviation of the level that the effect has in a cluster. */
const LEVEL = 0.5;

/**
 * Units with uniform covariates a, b, c, d whose outcome is c + d + tau(b) w + noise, treated with probability 0.3 + 0.4 d: d confounds.
 *
 * The average effect is 1.5 over all, over the treated and by overlap alike, since d does not move the effect.
 */
export const effectSurface = ({ units, slope, isClustered = false, hasGaps = false }: EffectSurface) => ({
  words: `${units} units${isClustered ? ` in clusters of ${CLUSTER}` : ''}, propensities 0.3 to 0.7, effects ${slope === 0 ? 'of 1.5 for all' : `1.5 + ${slope} (b - 0.5)`}${hasGaps ? ', a fifth of two covariates missing' : ''}`,
  average: 1.5,
  slope,
  draw(random: RandomStream): CausalData {
    const [a, b, c, d, y, w] = Array.from({ length: 6 }, () => new Float64Array(units)) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    let level = 0;
    let shared = 0;
    for (let i = 0; i < units; i++) {
      if (isClustered && i % CLUSTER === 0) { level = LEVEL * random.normal(); shared = random.uniform(); }
      for (const column of [a, b, c]) column[i] = random.uniform();
      d[i] = isClustered ? shared : random.uniform();
      w[i] = Number(random.bernoulli(0.3 + 0.4 * d[i]!));
      y[i] = c[i]! + d[i]! + (1.5 + slope * (b[i]! - 0.5) + level) * w[i]! + random.normal();
    }
    const gaps = (column: Float64Array) => (hasGaps ? column.map((value) => (random.bernoulli(0.2) ? NaN : value)) : column);
    return {
      features: ['a', 'b', 'c', 'd'], x: [gaps(a), b, gaps(c), d], y, w,
      cluster: isClustered ? Int32Array.from(y, (_, i) => Math.floor(i / CLUSTER)) : null,
    };
  },
});
export type EffectSurfaceProcess = ReturnType<typeof effectSurface>;
