import { contrasts } from '../stats/effects/contrast.js';
import { meanOutcome } from '../stats/effects/outcome.js';
import { bayesianNormal } from '../stats/inference/bayesian-normal.js';
import { normalMoments } from '../stats/simulate/sufficient.js';
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
