import type { Folds } from '../learners/folds.js';
import type { Features, Learner, LearningContext } from '../learners/learner.js';
import { chooseExpansion, expand } from '../learners/series/polynomials.js';
import { featuresOf, trainingOf } from '../learners/training.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { reportNuisance } from './nuisance-report.js';
import type { Scored } from './repeated.js';
import { representerMoments, rieszRepresenter } from './riesz-representer.js';
import type { Sample } from './sample.js';

export interface DerivativeModel {
  /** E[Y | D, X], smooth in the dose: trees have no derivative */
  readonly outcome: Learner;
  /** largest degree of the polynomials of dose and covariates that the representer is made of */
  readonly degree: number;
}

/** Half the step over which derivatives are differences, in standard deviations of the dose. */
const HALF_STEP = 0.01;
/** More terms would take minutes and teach nothing that fewer do not. */
const MOST_TERMS = 500;
/** Folds that choose the penalty of the representer, among the rows that learn. */
const INNER_FOLDS = 5;

/**
 * Score of the average derivative of E[Y | D, X] in the dose: the derivative of the outcome model, plus its residual times a representer that is learned
 * from the derivative itself, without a density of the dose.
 *
 * Refuses what the learner refuses, and more than 500 terms.
 * @see Chernozhukov, Newey, Singh (2022), Econometrica 90(3); Powell, Stock, Stoker (1989), Econometrica 57(6)
 */
export async function scoreAverageDerivative(sample: Sample, { outcome, degree }: DerivativeModel, { splits }: Folds, context: LearningContext): Promise<Scored | Refusal> {
  const { x, y, d, weight, clusters: [cluster] } = sample;
  const n = y.length;
  const centre = d.reduce((sum, value) => sum + value / n, 0);
  const half = HALF_STEP * Math.sqrt(d.reduce((sum, value) => sum + (value - centre) ** 2 / n, 0));
  const at = (shift: number): Features => ({ ...x, names: ['dose', ...x.names], columns: [d.map((value) => value + shift), ...x.columns], ...(x.categorical && { categorical: x.categorical.map((j) => j + 1) }) });
  const [here, above, below] = [at(0), at(half), at(-half)];
  const weights = weight ?? new Float64Array(n).fill(1);
  const [predicted, level] = [new Float64Array(n), new Float64Array(n)];
  for (const { train, test } of splits) {
    const fitted = await outcome.fit(trainingOf({ x: here, y, ...(weight && { weight }), ...(cluster && { cluster }) }, train), context);
    if (isRefusal(fitted)) return refuse(fitted.reason, `E[Y | D, X]: ${fitted.detail}`, fitted.remedy);
    const [now, up, down] = [here, above, below].map((features) => fitted.predict(featuresOf(features, test)));
    const expansion = chooseExpansion(featuresOf(here, train), degree, true);
    if (expansion.terms.length > MOST_TERMS) return refuse('unsupported_combination', `average_derivative of degree ${degree} has ${expansion.terms.length} terms; at most ${MOST_TERMS} are fitted`, 'Lower the degree, or use fewer covariates.');
    const numeric = (features: Features) => [new Float64Array(n).fill(1), ...expand(expansion, features, degree).columns.slice(0, expansion.terms.length)];
    const [terms, more, less] = [here, above, below].map(numeric) as [Float64Array[], Float64Array[], Float64Array[]];
    const moved = more.map((term, j) => term.map((value, row) => (value - less[j]![row]!) / (2 * half)));
    const parts = Array.from({ length: INNER_FOLDS }, (_, part) => representerMoments(terms, moved, train.filter((_, i) => i % INNER_FOLDS === part), weights));
    const rho = rieszRepresenter(parts);
    test.forEach((row, i) => {
      const alpha = rho.reduce((sum, value, j) => sum + value * terms[j]![row]!, 0);
      predicted[row] = now![i]!;
      level[row] = (up![i]! - down![i]!) / (2 * half) + alpha * (y[row]! - now![i]!);
    });
  }
  if (!level.every(Number.isFinite)) return refuse('not_finite', 'derivatives of E[Y | D, X] overflow', 'Rescale the columns.');
  const report = reportNuisance('E[Y | D, X]', outcome, y, predicted, weight, undefined);
  return { score: { slope: new Float64Array(n).fill(-1), level, kept: new Uint8Array(n).fill(1) }, reports: report ? [report] : [], trimmedShare: 0 };
}
