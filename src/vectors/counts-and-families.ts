import { corrections } from '../stats/corrections/index.js';
import { proportionContrast } from '../stats/effects/proportions.js';
import { testSampleRatio } from '../stats/estimators/allocation/sample-ratio.js';
import { fixed, waldSet } from '../stats/inference/fixed.js';
import { normalUpperQuantile } from '../stats/numeric/normal.js';
import { isRefusal } from '../stats/refusal.js';
import { momentsOf, variance, type Moments } from '../stats/summaries/moments.js';
import { numberAt, numbersAt, type Adapter } from './case.js';

/** Sample-ratio mismatch. */
export const sampleRatios: Adapter = ({ kind, topic = '', inputs, expected }) => {
  if (!topic.startsWith('SRM')) return undefined;
  const named = (values: readonly number[]) => new Map(values.map((value, i) => [String(i), value]));
  const result = testSampleRatio(named(numbersAt(inputs, 'users')), named(numbersAt(inputs, 'weights')));
  if (isRefusal(result)) return { values: undefined };
  if (kind === 'published-order-of-magnitude') {
    return { values: { below: Number(result.pValue < Number(expected)) }, instead: { expected: { below: 1 }, because: 'R prints 2.2e-16 for anything smaller' } };
  }
  const weights = numbersAt(inputs, 'weights');
  if (kind !== 'known-defect') return { values: result.pValue };
  const without = (values: readonly number[]) => named(values.filter((_, i) => weights[i]! > 0));
  const planned = testSampleRatio(without(numbersAt(inputs, 'users')), without(weights));
  return isRefusal(planned) ? { values: undefined } : { values: result.pValue, instead: { expected: planned.pValue, because: 'upstream counts the zero-weight arm in the degrees of freedom; an arm that nobody is sent to changes nothing' } };
};

/** Adjusted p-values. */
export const families: Adapter = ({ topic, inputs }) => {
  const name = topic === 'multiple testing: Holm' ? 'holm' : topic === 'multiple testing: BH' ? 'benjamini_hochberg' : undefined;
  return name && { values: { adjusted_in_input_order: corrections[name].correct(numbersAt(inputs, 'p'), 0.05).pValues } };
};

/** Shares with their Wald intervals, alone and compared. */
export const shares: Adapter = ({ method, inputs }) => {
  if (method === 'ChiSquared.difference') {
    const [control, test] = [numbersAt(inputs, 'control'), numbersAt(inputs, 'test')].map(([successes, n]) => shareMoments(successes!, n!)) as [Moments, Moments];
    const contrast = proportionContrast(control, test);
    if (isRefusal(contrast) || isRefusal(contrast.difference)) return { values: {} };
    // upstream pairs Wald's interval with the pooled test; ours inverts the test
    const { lower, upper } = waldSet(contrast.difference, normalUpperQuantile((1 - numberAt(inputs, 'interval')) / 2), 'two_sided');
    return { values: { difference: contrast.difference.estimate, lower, upper, p: fixed.pValue(contrast.difference, 0, 'two_sided', {}) } };
  }
  if (method !== 'ChiSquared.summary') return undefined;
  const totals = numbersAt(inputs, 'total');
  const sets = numbersAt(inputs, 'success').map((successes, i) => {
    const arm = shareMoments(successes, totals[i]!);
    const contrast = proportionContrast(arm, arm);
    if (isRefusal(contrast)) return undefined;
    const { n, value, standardError } = contrast.control;
    return fixed.interval({ estimate: value, standardError, degreesOfFreedom: null, n }, 1 - numberAt(inputs, 'interval'), 'two_sided', {});
  });
  return { values: { lower: sets.map((set) => set?.lower), upper: sets.map((set) => set?.upper) } };
};

/** Sample mean and variance. */
export const meanAndVariance: Adapter = ({ id, inputs }) => {
  if (id !== 'gb-mean-var') return undefined;
  const moments = momentsOf({ y: Float64Array.from(numbersAt(inputs, 'values')) });
  return { values: { mean: moments.mean[0], variance: variance(moments, 'y') } };
};

/** Moments of `n` values of 0 and 1. */
export function shareMoments(successes: number, n: number): Moments<'y'> {
  return { n, columns: ['y'], mean: [successes / n], scatter: [[(successes * (n - successes)) / n]] };
}
