import { z } from 'zod';
import type { Effect, Shares } from '../effects/effect.js';
import { increasingRoot } from '../numeric/increasing-root.js';
import { normalUpperQuantile } from '../numeric/normal.js';
import { refuse, type Refusal } from '../refusal.js';
import { betaDifference, betaPosterior, betaPriorSchema } from './bayesian/beta-binomial.js';
import { betaLift } from './bayesian/beta-lift.js';
import { defineInference, type Posterior } from './inference.js';

const options = z.strictObject({
  prior: betaPriorSchema.prefault({}).describe('belief about the share of each arm before the data; 1/2 and 1/2: Jeffreys\', which has no unit and no scale'),
});
type Options = z.output<typeof options>;

/**
 * Two shares with independent Beta priors: exact for few units and rare successes, where a normal likelihood is not. Equal-tailed
 * credible interval, and in the place of a p-value twice the posterior chance of the null's nearer side.
 *
 * Refuses what is not a share of units without covariates, and a lift over a control of fewer than 2 successes: it has no variance.
 * @see Gelman et al. (2013), Bayesian Data Analysis, section 2.4
 */
export const betaBinomial = defineInference({
  name: 'beta_binomial',
  title: 'Bayesian, Beta-Binomial',
  anytimeValid: false,
  references: ['Gelman, Carlin, Stern, Dunson, Vehtari, Rubin (2013), Bayesian Data Analysis, section 2.4', 'Jeffreys (1946), Proceedings of the Royal Society A 186'],
  options,
  hasScale: true,
  inWords: ({ prior }) => `Bayesian, Beta-Binomial, prior of ${prior.successes} successes and ${prior.failures} failures in each arm`,
  refusal: (effect, { prior }) => refusalOf(effect, prior.successes),
  posterior: (effect, options) => posteriorOf(effect, options),
  interval(effect, alpha, alternative, options) {
    const posterior = posteriorOf(effect, options);
    const tail = alternative === 'two_sided' ? alpha / 2 : alpha;
    return {
      shape: 'interval',
      lower: alternative === 'less' ? null : quantileOf(effect, posterior, tail),
      upper: alternative === 'greater' ? null : quantileOf(effect, posterior, 1 - tail),
    };
  },
  pValue(effect, nullValue, alternative, options) {
    const posterior = posteriorOf(effect, options);
    switch (alternative) {
      case 'two_sided': return Math.min(1, 2 * Math.min(posterior.chanceAbove(nullValue), posterior.chanceBelow(nullValue)));
      case 'greater': return posterior.chanceBelow(nullValue);
      case 'less': return posterior.chanceAbove(nullValue);
    }
  },
});

/** A lift needs more prior and seen successes of the control than this for its variance. */
const LEAST_SUCCESSES = 2;

function refusalOf({ shares, quotient }: Effect, prior: number): Refusal | null {
  if (!shares) return refuse('unsupported_combination', 'beta_binomial needs a share of units without covariates', 'Use the method bayesian for this metric, or drop the covariate.');
  const successes = shares.control.share * shares.control.n + prior;
  return quotient && successes <= LEAST_SUCCESSES
    ? refuse('denominator_near_zero', `beta_binomial needs more than ${LEAST_SUCCESSES} successes of the control, prior included, for a lift; got ${successes}`, 'Read the difference, or wait for more units.') : null;
}

/** What the questions of one row ask again and again. */
const posteriors = new WeakMap<Shares, Map<string, Posterior>>();

function posteriorOf({ shares, quotient }: Effect, { prior }: Options): Posterior {
  const [control, treatment] = [shares!.control, shares!.treatment].map(({ share, n }) => betaPosterior({ successes: share * n, n }, prior)) as [ReturnType<typeof betaPosterior>, ReturnType<typeof betaPosterior>];
  const key = `${quotient !== undefined} ${prior.successes} ${prior.failures}`;
  const known = posteriors.get(shares!) ?? new Map<string, Posterior>();
  posteriors.set(shares!, known);
  const posterior = known.get(key) ?? (quotient ? betaLift(control, treatment) : betaDifference(control, treatment));
  known.set(key, posterior);
  return posterior;
}

function quantileOf({ quotient }: Effect, { mean, standardDeviation, chanceBelow }: Posterior, chance: number): number {
  const highest = quotient ? Infinity : 1;
  const excess = (value: number): number => (value <= -1 || value >= highest ? value : chanceBelow(value) - chance);
  return increasingRoot(excess, mean + normalUpperQuantile(1 - chance) * standardDeviation, 0.1 * standardDeviation)!;
}
