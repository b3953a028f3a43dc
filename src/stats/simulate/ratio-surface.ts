import type { RandomStream } from '../numeric/random.js';

/** Mean worth of a session. */
const WORTH = 3;

/**
 * Revenue over sessions of units with uniform covariates a and b, half of them treated at random: a moves how many sessions a unit has, the treatment adds more
 * the higher b is, and each session is worth the same in both arms.
 *
 * So the treatment changes revenue, and sessions, of some units more than of others, and the ratio of nobody.
 */
export const ratioSurface = (units: number) => ({
  words: `revenue over sessions of ${units} units, where the treatment adds sessions to some, each worth as much as any`,
  draw(random: RandomStream) {
    const [a, b, revenue, sessions, w] = Array.from({ length: 5 }, () => new Float64Array(units)) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    for (let i = 0; i < units; i++) {
      for (const column of [a, b]) column[i] = random.uniform();
      w[i] = Number(random.bernoulli(0.5));
      sessions[i] = 1 + random.poisson(1 + 2 * a[i]! + w[i]! * b[i]!);
      revenue[i] = random.gamma(sessions[i]!, WORTH);
    }
    return { features: ['a', 'b'], x: [a, b], w, columns: [revenue, sessions] };
  },
});
