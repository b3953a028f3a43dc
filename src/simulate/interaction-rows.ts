import { trimmedMean } from '../stats/effects/trimmed-mean.js';
import type { Category, Numeric } from '../stats/estimators/estimator.js';
import { factorialEffects } from '../stats/estimators/factorial/effects.js';
import { interactionScreen } from '../stats/estimators/interaction/screen.js';
import { fixed } from '../stats/inference/fixed.js';
import type { RandomStream } from '../stats/numeric/random.js';
import type { Refusal } from '../stats/refusal.js';
import { answered } from '../stats/simulate/two-arm-truth.js';
import { ALPHA, COVERAGE, REPLICATES, SIZE, type Row } from './row.js';

const numeric = (values: ArrayLike<number>): Numeric => ({ name: 'y', values: Float64Array.from(values) });
const codes = (values: ArrayLike<number>, levels: number, name: string): Category => ({ name, codes: Int32Array.from(values), levels: Array.from({ length: levels }, (_, i) => `${i}`) });
const list = <T>(n: number, draw: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => draw(i));
const now = <T extends object>(answer: T | Refusal | Promise<T | Refusal>): T => {
  if (answer instanceof Promise) throw new Error('an estimator answers later');
  return answered(answer);
};

/** Ten pairs of five experiments on the same units; the first two interact by `strength`. */
function screenRow(strength: number): Row {
  const options = interactionScreen.options.parse({});
  return {
    group: 'designs', name: `screen of ten pairs of experiments${strength > 0 ? `, one of them interacting by ${strength} standard deviations` : ''}: 300 units in all`, replicates: 5000, brief: 30, covers: [],
    prepare: () => ({
      figures: [{ name: 'false discovery rate', least: null, most: 0.055 }, { name: 'found', least: strength > 0 ? 0.6 : null, most: null }],
      replicate(random) {
        const arms = list(5, () => list(300, () => Number(random.bernoulli(0.5))));
        const y = arms[0]!.map((a, i) => a + 0.5 * arms[3]![i]! + strength * a * arms[1]![i]! + random.normal());
        const { pairs } = now(interactionScreen.estimate({ outcome: numeric(y), experiments: arms.map((of, i) => codes(of, 2, `${i}`)), covariates: [] }, options, { seed: 1 }));
        const called = pairs.filter(({ isInteraction }) => isInteraction);
        const real = strength === 0 ? 0 : called.filter(({ first, second }) => first === '0' && second === '1').length;
        return [called.length === 0 ? 0 : (called.length - real) / called.length, real];
      },
    }),
  };
}

const jointRow: Row = {
  group: 'designs', name: 'joint test of no interaction (Johansen): a factor of three levels beside one of two, unequal variances; 90 units in all cells', replicates: REPLICATES, brief: 60, covers: [],
  prepare() {
    const options = factorialEffects.options.parse({});
    return {
      figures: [{ name: 'false positives', ...SIZE }],
      replicate(random) {
        const [a, b] = [list(90, () => Number(random.bernoulli(0.5))), list(90, () => random.integer(3))];
        const y = a.map((i, k) => i + b[k]! + (1 + b[k]!) * random.normal());
        const { tests } = now(factorialEffects.estimate({ outcome: numeric(y), factors: [codes(a, 2, 'a'), codes(b, 3, 'b')], covariates: [] }, options, { seed: 1 }));
        return [Number(tests[2]!.pValue <= ALPHA)];
      },
    };
  },
};

const trimmedRow: Row = {
  group: 'designs', name: 'trimmed mean of the differences of 20 pairs, normal values', replicates: REPLICATES, brief: 200, covers: [],
  prepare: () => ({
    figures: [{ name: 'coverage', ...COVERAGE }],
    replicate(random: RandomStream) {
      const { value, standardError, degreesOfFreedom } = trimmedMean(Float64Array.from(list(20, () => 1 + random.normal())), 0.1);
      const { lower, upper } = fixed.interval({ estimate: value, standardError, degreesOfFreedom, n: 20 }, ALPHA, 'two_sided', {});
      return [Number(lower! <= 1 && 1 <= upper!)];
    },
  }),
};

/** What designs are tested by beside their effects. */
export const interactionRows: readonly Row[] = [screenRow(0), screenRow(1.2), jointRow, trimmedRow];
