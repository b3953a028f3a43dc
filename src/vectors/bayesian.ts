import { contrasts } from '../stats/effects/contrast.js';
import type { Contrast } from '../stats/effects/effect.js';
import { meanOutcome } from '../stats/effects/outcome.js';
import { quantileContrast } from '../stats/effects/quantile.js';
import { bayesianNormal } from '../stats/inference/bayesian-normal.js';
import { betaInterval, betaPosterior, compareProportions } from '../stats/inference/bayesian/beta-binomial.js';
import { chanceAbove, expectedLoss } from '../stats/inference/bayesian/normal-posterior.js';
import { priorFor, type NormalPrior } from '../stats/inference/bayesian/normal-prior.js';
import { confidenceSequence } from '../stats/inference/confidence-sequence.js';
import { fixed } from '../stats/inference/fixed.js';
import { normalUpperQuantile } from '../stats/numeric/normal.js';
import { isRefusal, type Refusal } from '../stats/refusal.js';
import { fields, numberAt, numbersAt, type Adapter, type Answer } from './case.js';
import { momentsFromSums, momentsOfStatistic } from './sums.js';

/** GrowthBook's Bayesian tests of means and quantiles: normal likelihood and prior. */
export const growthbookBayes: Adapter = ({ method, inputs }) => {
  const { control, treatment, config } = fields(inputs);
  if (method !== 'EffectBayesianABTest') return undefined;
  const contrast = contrastOf(control, treatment);
  const effect = !contrast || isRefusal(contrast) ? undefined : fields(config)['difference_type'] === 'relative' ? contrast.lift : contrast.difference;
  if (!effect || isRefusal(effect)) return { values: {} };
  const options = { prior: priorOf(fields(config)['prior_effect'], fields(config)['prior_type']) };
  const refused = bayesianNormal.refusal!(effect, options);
  if (refused) return { values: {} };
  const posterior = bayesianNormal.posterior!(effect, options);
  const { lower, upper } = bayesianNormal.interval(effect, numberAt(config, 'alpha'), 'two_sided', options);
  const { keepControl, shipTreatment } = expectedLoss(posterior);
  return { values: {
    expected: posterior.mean, ci: [lower, upper], stderr: posterior.standardDeviation,
    chance_to_win: chanceAbove(posterior), risk: [keepControl, shipTreatment],
  } };
};

function priorOf(prior: unknown, type: unknown): NormalPrior {
  if (fields(prior)['proper'] !== true) return { kind: 'flat' };
  return { kind: 'normal', mean: numberAt(prior, 'mean'), standardDeviation: Math.sqrt(numberAt(prior, 'variance')), unit: type === 'absolute' ? 'metric' : 'lift' };
}

function contrastOf(control: unknown, treatment: unknown): Contrast | Refusal | undefined {
  if (fields(control)['_type'] === 'QuantileStatistic') return quantileContrast(quantileOf(control), quantileOf(treatment));
  const arms = [momentsOfStatistic(control) ?? momentsFromSums(control), momentsOfStatistic(treatment) ?? momentsFromSums(treatment)] as const;
  return arms[0].columns.length === 1 ? contrasts(arms[0], [arms[1]], 1, meanOutcome)[0] : undefined;
}

/** Its variance of a quantile has a factor (n - 1) / n, which ours has not: the neighbours are brought nearer by its root. */
function quantileOf(arm: unknown) {
  const n = numberAt(arm, 'n');
  const middle = (numberAt(arm, 'quantile_lower') + numberAt(arm, 'quantile_upper')) / 2;
  const half = ((numberAt(arm, 'quantile_upper') - numberAt(arm, 'quantile_lower')) / 2) * Math.sqrt((n - 1) / n);
  return { n, probability: numberAt(arm, 'nu'), estimate: numberAt(arm, 'quantile_hat'), lower: middle - half, upper: middle + half, z: normalUpperQuantile(0.025) };
}

/** Expected loss of a normal posterior, and the chance to win of a flat prior. */
export const normalPosteriors: Adapter = ({ method, inputs }) => {
  switch (method) {
    case 'get_risk': {
      const { keepControl, shipTreatment } = expectedLoss({ mean: numberAt(inputs, 'mu'), standardDeviation: numberAt(inputs, 'sigma') });
      return { values: [keepControl, shipTreatment] };
    }
    case 'chanceToWinFlatPrior':
      return { values: chanceAbove({ mean: written(inputs, 'expected'), standardDeviation: written(inputs, 'sd') }) };
    // ad hoc upstream; as the interval of an estimate whose own p-value is the adjusted one
    case 'adjustedCI(pAdj,lift,alpha)': {
      const estimate = numberAt(inputs, 'lift');
      const effect = { estimate, standardError: Math.abs(estimate) / normalUpperQuantile(numberAt(inputs, 'pAdj') / 2), degreesOfFreedom: null, n: 2 };
      const { lower, upper } = fixed.interval(effect, numberAt(inputs, 'alpha'), 'two_sided', {});
      return { values: [lower, upper] };
    }
    default: return undefined;
  }
};

/** A number, or `pi` and its root as text. */
function written(inputs: unknown, key: string): number {
  const named: Readonly<Record<string, number>> = { pi: Math.PI, 'sqrt(pi)': Math.sqrt(Math.PI) };
  return named[String(fields(inputs)[key])] ?? numberAt(inputs, key);
}

/** Spotify's beta-binomial intervals and comparisons, of which the comparisons are Monte Carlo upstream. */
export const betaBinomials: Adapter = ({ method, inputs }) => {
  if (method === 'BetaBinomial.summary') {
    const totals = numbersAt(inputs, 'total');
    const sets = numbersAt(inputs, 'success').map((successes, i) => betaInterval(betaPosterior({ successes, n: totals[i]! }), 0.05));
    return { values: { lower: sets.map((set) => set.lower), upper: sets.map((set) => set.upper) } };
  }
  if (method !== 'BetaBinomial.difference') return undefined;
  const [control, treatment] = (['control', 'test'] as const).map((arm) => {
    const [successes, n] = numbersAt(inputs, arm) as [number, number];
    return { successes, n };
  });
  const compared = compareProportions(control!, treatment!, 0.05);
  if (isRefusal(compared)) return { values: {} };
  return { values: { difference: compared.difference, p_better: compared.chanceToBeat, loss2: -compared.expectedLoss.shipTreatment } };
};

/** Known defects of other engines, with what must hold instead. */
export const inferenceDefects: Adapter = ({ kind, method = '', inputs, upstream_output: printed }) => {
  if (kind !== 'known-defect') return undefined;
  if (method.startsWith('EffectBayesianABTest') && fields(fields(inputs)['prior'])['type'] === 'absolute') return rescaledPrior(inputs);
  if (method.startsWith('SequentialOneSided') && fields(printed)['lower'] !== undefined) return agreeingPValue(printed, method.includes('Greater'));
  return undefined;
};

/** A prior in units of the metric, on the lift: divided by the control mean. */
function rescaledPrior(inputs: unknown): Answer {
  const { control, treatment, prior } = fields(inputs);
  const contrast = contrastOf(control, treatment);
  if (!contrast || isRefusal(contrast) || isRefusal(contrast.lift)) return { values: {} };
  const rescaled = priorFor(contrast.lift, priorOf(prior, 'absolute') as Extract<NormalPrior, { kind: 'normal' }>);
  if (isRefusal(rescaled)) return { values: {} };
  const base = numberAt(control, 'sum') / numberAt(control, 'n');
  return {
    values: { mean: rescaled.mean, variance: rescaled.standardDeviation ** 2 },
    instead: { expected: { mean: numberAt(prior, 'mean') / base, variance: numberAt(prior, 'variance') / base ** 2 }, because: 'upstream never rescales a prior in units of the metric' },
  };
}

/** Interval and p-value are read from one effect, however it was stratified: the effect that the printed bound belongs to. */
function agreeingPValue(printed: unknown, isGreater: boolean): Answer {
  const [alternative, estimate, lower] = [isGreater ? 'greater' : 'less', numberAt(printed, 'estimate'), numberAt(printed, 'lower')] as const;
  const options = confidenceSequence.options.parse({});
  const n = options.tuningUnits;
  const unit = confidenceSequence.interval({ estimate: 0, standardError: 1, degreesOfFreedom: null, n }, DEFECT_ALPHA, alternative, options);
  const standardError = (estimate - lower) / Math.abs(unit.lower ?? unit.upper!);
  const p = confidenceSequence.pValue({ estimate, standardError, degreesOfFreedom: null, n }, 0, alternative, options);
  return {
    values: { isRejected: p < DEFECT_ALPHA },
    instead: { expected: { isRejected: lower > 0 }, because: `upstream prints p = ${String(fields(printed)['p'])} from unstratified sums; the effect of its bound ${lower} has p = ${p.toPrecision(2)}` },
  };
}

const DEFECT_ALPHA = 0.05;
