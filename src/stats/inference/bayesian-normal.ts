import { z } from 'zod';
import { normalUpperQuantile, normalUpperTail } from '../numeric/normal.js';
import { isRefusal } from '../refusal.js';
import { asPosterior, normalPosterior } from './bayesian/normal-posterior.js';
import { normalPriorSchema } from './bayesian/normal-prior.js';
import { defineInference, type NormalPosterior } from './inference.js';

const options = z.strictObject({
  prior: normalPriorSchema.default({ kind: 'normal', mean: 0, standardDeviation: 0.1, unit: 'lift' }).describe('belief about the effect before the data'),
});
type Options = z.output<typeof options>;

/**
 * Normal likelihood, normal prior: credible intervals, and in the place of a p-value the posterior chance of the null's side
 * (twice the smaller side when there are two alternatives), so that it is below alpha exactly when the interval leaves out the null.
 *
 * Under the flat prior these are the fixed normal interval and p-value. A prior does not make early looks free of charge.
 * @see Deng (2015), WWW companion; Azevedo, Deng, Montiel Olea, Rao, Weyl (2020), Journal of Political Economy 128(12)
 */
export const bayesianNormal = defineInference({
  name: 'bayesian',
  title: 'Bayesian, normal prior',
  anytimeValid: false,
  references: ['Deng (2015), Objective Bayesian two sample hypothesis testing for online controlled experiments, WWW companion', 'Azevedo, Deng, Montiel Olea, Rao, Weyl (2020), A/B Testing with Fat Tails, Journal of Political Economy 128(12)'],
  options,
  hasScale: true,
  inWords: ({ prior }) => (prior.kind === 'flat' ? 'Bayesian, flat prior'
    : `Bayesian, normal prior of mean ${prior.mean} and standard deviation ${prior.standardDeviation} on the ${prior.unit === 'lift' ? 'lift' : 'difference'}`),
  refusal(effect, { prior }) {
    const posterior = normalPosterior(effect, prior);
    return isRefusal(posterior) ? posterior : null;
  },
  posterior: (effect, { prior }) => asPosterior(answered(normalPosterior(effect, prior))),
  interval(effect, alpha, alternative, { prior }) {
    const posterior = normalPosterior(effect, prior);
    if (isRefusal(posterior)) return { shape: 'line', lower: null, upper: null };
    const reach = normalUpperQuantile(alternative === 'two_sided' ? alpha / 2 : alpha) * posterior.standardDeviation;
    return {
      shape: 'interval',
      lower: alternative === 'less' ? null : posterior.mean - reach,
      upper: alternative === 'greater' ? null : posterior.mean + reach,
    };
  },
  pValue(effect, nullValue, alternative, { prior }: Options) {
    const posterior = normalPosterior(effect, prior);
    if (isRefusal(posterior)) return 1;
    const distance = (posterior.mean - nullValue) / posterior.standardDeviation;
    switch (alternative) {
      case 'two_sided': return Math.min(1, 2 * normalUpperTail(Math.abs(distance)));
      case 'greater': return normalUpperTail(distance);
      case 'less': return normalUpperTail(-distance);
    }
  },
});

function answered(posterior: NormalPosterior | { readonly detail: string }): NormalPosterior {
  if ('detail' in posterior) throw new Error(`posterior was asked where it is refused: ${posterior.detail}`);
  return posterior;
}
