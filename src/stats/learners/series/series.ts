import { isRefusal, refuse } from '../../refusal.js';
import type { Learner } from '../learner.js';
import { checkTraining } from '../training.js';
import { chooseExpansion, expand } from './polynomials.js';

export interface SeriesOptions {
  /** largest total degree of a term */
  readonly degree: number;
  /** products of features too */
  readonly interactions: boolean;
}

/** More terms would take more memory than a fit of them teaches. */
const MOST_TERMS = 2000;

/**
 * A learner on polynomials of the features, which a linear one then bends and joins: powers, and products of up to `degree` features.
 *
 * Refuses what the learner refuses, missing values, and more than 2,000 terms.
 * @see Newey (1997), Journal of Econometrics 79(1); Belloni, Chernozhukov, Hansen (2014), Review of Economic Studies 81(2)
 */
export function seriesLearner(base: Learner, { degree, interactions }: SeriesOptions): Learner {
  const about = { name: 'series', task: base.task, takesMissing: false } as const;
  return {
    ...about,
    async fit(training, context) {
      const refusal = checkTraining(about, training);
      if (refusal) return refusal;
      const numeric = training.x.columns.length - (training.x.categorical?.length ?? 0);
      const most = interactions ? choose(numeric + degree, degree) - 1 : numeric * degree;
      if (most > MOST_TERMS) return refuse('unsupported_combination', `series of degree ${degree} over ${numeric} features has up to ${most} terms; at most ${MOST_TERMS} are fitted`, 'Lower the degree, leave interactions out, or use boosting or a forest.');
      const expansion = chooseExpansion(training.x, degree, interactions);
      const fitted = await base.fit({ ...training, x: expand(expansion, training.x, degree) }, context);
      return isRefusal(fitted) ? fitted : { predict: (x) => fitted.predict(expand(expansion, x, degree)) };
    },
  };
}

const choose = (n: number, k: number): number => Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((product, value) => product * value, 1);
