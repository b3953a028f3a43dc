import { contrasts } from '../stats/effects/contrast.js';
import type { Contrast, Effect } from '../stats/effects/effect.js';
import { meanOutcome, ratioOutcome } from '../stats/effects/outcome.js';
import { cupedSlope, pooledCupedContrast } from '../stats/effects/pooled-cuped.js';
import { confidenceSequence } from '../stats/inference/confidence-sequence.js';
import { fixed } from '../stats/inference/fixed.js';
import type { Alternative, ConfidenceSet } from '../stats/inference/inference.js';
import { isRefusal, type Refusal } from '../stats/refusal.js';
import type { Moments } from '../stats/summaries/moments.js';
import { fields, numberAt, type Adapter, type Answer } from './case.js';
import { jointMoments, momentsFromSums, momentsOfStatistic } from './sums.js';

const ALTERNATIVES: Readonly<Record<string, Alternative>> = {
  TwoSidedTTest: 'two_sided', SequentialTwoSidedTTest: 'two_sided',
  OneSidedTreatmentGreaterTTest: 'greater', SequentialOneSidedTreatmentGreaterTTest: 'greater',
  OneSidedTreatmentLesserTTest: 'less', SequentialOneSidedTreatmentLesserTTest: 'less',
};

/** GrowthBook's t-tests, fixed and sequential, absolute and relative (delta method). */
export const growthbookTests: Adapter = ({ method = '', inputs, full_precision }) => {
  const alternative = ALTERNATIVES[method];
  const { control, treatment, config } = fields(inputs);
  const arms = [momentsOfStatistic(control), momentsOfStatistic(treatment)];
  if (!alternative || !arms[0] || !arms[1]) return undefined;
  const contrast = contrastOf(arms[0], arms[1]);
  const effect = scaleOf(contrast, fields(config)['difference_type'] === 'relative');
  const upstreamRefuses = typeof fields(full_precision)['error'] === 'string';
  if (isRefusal(effect)) return upstreamRefuses ? { values: { refused: 1 }, instead: { expected: { refused: 1 }, because: `upstream gave up (${String(fields(full_precision)['error'])}) and printed a zero effect; we refuse` } } : { values: {} };
  const alpha = numberAt(config, 'alpha');
  if (!method.startsWith('Sequential')) {
    return answer(effect, fixed.interval(effect, alpha, alternative, {}), fixed.pValue(effect, 0, alternative, {}));
  }
  const options = { tuningUnits: numberAt(config, 'sequential_tuning_parameter'), designAlpha: alpha };
  const interval = confidenceSequence.interval(effect, alpha, alternative, options);
  // upstream finds its one-sided p-value by a bisection clipped to [1e-5, 0.4999], so it is no reference
  return answer(effect, interval, alternative === 'two_sided' ? confidenceSequence.pValue(effect, 0, alternative, options) : undefined);
};

/** PostHog's frequentist cases without a covariate: Welch and ratio, relative. */
export const posthogTests: Adapter = ({ method = '', inputs }) => {
  const { control, treatment } = fields(inputs);
  if (!method.startsWith('FrequentistMethod') || !control || !treatment) return undefined;
  const isRatio = fields(control)['m'] !== undefined;
  return relativeTest(isRatio ? contrasts(ratioMoments(control), [ratioMoments(treatment)], 2, ratioOutcome)[0]! : contrastOf(momentsFromSums(control), momentsFromSums(treatment)));
};

/** Pooled theta of CUPED. */
export const cupedTheta: Adapter = ({ method, inputs }) => {
  if (method !== 'compute_theta') return undefined;
  const [a, b] = [momentsOfStatistic(fields(inputs)['a']), momentsOfStatistic(fields(inputs)['b'])];
  return a && b ? { values: cupedSlope(a, b, 'overall') } : undefined;
};

/** Variance of a delta-method lift. */
export const deltaVariance: Adapter = ({ method, inputs }) => {
  if (method !== 'frequentistVariance') return undefined;
  const arm = (which: 'A' | 'B'): Moments => {
    const n = numberAt(inputs, `n${which}`);
    return { n, columns: ['y'], mean: [numberAt(inputs, `mean${which}`)], scatter: [[numberAt(inputs, `var${which}`) * (n - 1)]] };
  };
  const effect = scaleOf(contrastOf(arm('A'), arm('B')), fields(inputs)['relative'] === true);
  return isRefusal(effect) ? { values: undefined } : { values: effect.standardError ** 2 };
};

/** Effect of one column or of one with a covariate, as a difference or as these engines read a lift. */
export const deltaEffect = (control: Moments, treatment: Moments, relative: boolean): Effect | Refusal => scaleOf(contrastOf(control, treatment), relative);

const contrastOf = (control: Moments, treatment: Moments): Contrast | Refusal =>
  control.columns.length === 2 ? pooledCupedContrast(control, treatment, 'overall') : contrasts(control, [treatment], 1, meanOutcome)[0]!;

/** The difference, or the lift as these engines read it: by the delta method, without Fieller's quotient. */
function scaleOf(contrast: Contrast | Refusal, relative: boolean): Effect | Refusal {
  if (isRefusal(contrast)) return contrast;
  if (!relative || isRefusal(contrast.lift)) return relative ? contrast.lift : contrast.difference;
  const { quotient: _, ...effect } = contrast.lift;
  return effect;
}

function relativeTest(contrast: Contrast | Refusal): Answer {
  const effect = scaleOf(contrast, true);
  return isRefusal(effect) ? { values: {} } : answer(effect, fixed.interval(effect, 0.05, 'two_sided', {}), fixed.pValue(effect, 0, 'two_sided', {}));
}

const answer = ({ estimate, standardError }: Effect, { lower, upper }: ConfidenceSet, p: number | undefined): Answer =>
  ({ values: { expected: estimate, ci: [lower ?? -Infinity, upper ?? Infinity], stderr: standardError, p_value: p } });

function ratioMoments(arm: unknown): Moments {
  const n = numberAt(arm, 'n');
  const withN = (part: unknown) => ({ ...fields(part), n });
  return jointMoments(momentsFromSums(withN(fields(arm)['m'])), momentsFromSums(withN(fields(arm)['d'])), numberAt(arm, 'md'));
}

/** Spotify's regression adjustment on one covariate, from sums. */
export const spotifyRegression: Adapter = ({ method, inputs }) => {
  const { sums } = fields(inputs);
  if (method !== 'ZTestLinreg.difference' || !Array.isArray(sums)) return undefined;
  const [control, treatment] = sums.map((arm) => {
    const column = (name: 'x' | 'y') => momentsFromSums({ n: numberAt(arm, 'y_count'), sum: numberAt(arm, `${name}_sum`), sum_squares: numberAt(arm, `${name}2_sum`) });
    return jointMoments(column('y'), column('x'), numberAt(arm, 'xy_sum'));
  });
  const contrast = pooledCupedContrast(control!, treatment!, 'overall');
  // Its variance divides the scatter of y by n - 1 but that of x and the cross product by n; ours divides all by n - 1
  return isRefusal(contrast) || isRefusal(contrast.difference) ? { values: {} } : { values: { difference: contrast.difference.estimate } };
};
