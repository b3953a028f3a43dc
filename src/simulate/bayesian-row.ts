import { contrasts } from '../stats/effects/contrast.js';
import { meanOutcome } from '../stats/effects/outcome.js';
import { proportionContrast } from '../stats/effects/proportions.js';
import { bayesianNormal } from '../stats/inference/bayesian-normal.js';
import { betaBinomial } from '../stats/inference/beta-binomial.js';
import { drawBinomial, normalMoments, shareMoments } from '../stats/simulate/sufficient.js';
import type { Moments } from '../stats/summaries/moments.js';
import { answered } from '../stats/simulate/two-arm-truth.js';
import { ALPHA, COVERAGE, REPLICATES, type Row } from './row.js';

const SPREAD = 0.05;
const UNITS = 2000;

/** Credible intervals hold the effect as often as they say when effects come as the prior believes. */
export const bayesianRow: Row = {
  group: 'coverage', name: `Bayesian, lifts drawn from the prior (normal, ${SPREAD}): normal values, ${UNITS} units an arm`, replicates: REPLICATES, brief: 400, covers: ['inference:bayesian'],
  prepare() {
    const options = bayesianNormal.options.parse({ prior: { kind: 'normal', standardDeviation: SPREAD } });
    return {
      figures: [{ name: 'difference', ...COVERAGE }, { name: 'lift', ...COVERAGE }],
      replicate(random) {
        const lift = SPREAD * random.normal();
        const contrast = answered(contrasts(normalMoments(random, UNITS, 10, 5), [normalMoments(random, UNITS, 10 * (1 + lift), 5)], 1, meanOutcome)[0]!);
        return ([['difference', 10 * lift], ['lift', lift]] as const).map(([scale, truth]) => {
          const { lower, upper } = bayesianNormal.interval(answered(contrast[scale]), ALPHA, 'two_sided', options);
          return Number(lower! <= truth && truth <= upper!);
        });
      },
    };
  },
};

/** So far from none that a control arm without a single one, whose lift is refused, is not drawn. */
const SHARES = { successes: 20, failures: 80 } as const;

/** The same for two shares drawn from their Beta prior. */
export const betaBinomialRow: Row = {
  group: 'coverage', name: `Beta-Binomial, shares drawn from the prior (${SHARES.successes} and ${SHARES.failures}): 200 units an arm`, replicates: REPLICATES, brief: 20, covers: ['inference:beta_binomial'],
  prepare() {
    const options = betaBinomial.options.parse({ prior: SHARES });
    return {
      figures: [{ name: 'difference', ...COVERAGE }, { name: 'lift', ...COVERAGE }],
      replicate(random) {
        const rates = [random.beta(SHARES.successes, SHARES.failures), random.beta(SHARES.successes, SHARES.failures)] as const;
        const [control, treatment] = rates.map((rate) => shareMoments(200, drawBinomial(random, 200, rate))) as [Moments, Moments];
        const { difference, lift } = answered(proportionContrast(control, treatment));
        return ([[difference, rates[1] - rates[0]], [lift, rates[1] / rates[0] - 1]] as const).map(([effect, truth]) => {
          const { lower, upper } = betaBinomial.interval(answered(effect), ALPHA, 'two_sided', options);
          return Number(lower! <= truth && truth <= upper!);
        });
      },
    };
  },
};
