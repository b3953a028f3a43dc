import { refuse, type Refusal } from '../refusal.js';
import { membersOf, moveWithout } from '../regression/left-out.js';
import { studentTwoSidedTail, studentUpperQuantile } from '../numeric/student.js';
import type { Groups } from './groups.js';
import { orthonormalBasis, solveTriangle } from './orthonormal-basis.js';

export interface Coefficient {
  readonly name: string;
  readonly estimate: number;
  readonly standardError: number;
  readonly lower: number;
  readonly upper: number;
  /** two-sided p-value of zero */
  readonly pValue: number;
}

export interface RobustRegression {
  readonly coefficients: readonly Coefficient[];
  /** of the reference t distribution */
  readonly degreesOfFreedom: number;
}

/**
 * Weighted least squares with jackknife errors: the covariance is the sum of squares of what each group moves the fit by.
 *
 * Single rows: HC3. Clusters: CR3, by which sandwich and so grf go, and G - 1 degrees of freedom. Weights count in what a cluster moves, which sandwich 3.0
 * leaves out: its error is up to a tenth off where clusters are weighted unevenly.
 * @param columns named regressors, shape (k)(n); include the intercept
 * @param level confidence level of the intervals
 * Refuses collinear regressors, a group without which they are collinear, and too few groups.
 * @see MacKinnon, White (1985); Bell, McCaffrey (2002), Survey Methodology 28(2)
 */
export function robustRegression(
  y: Float64Array, columns: Readonly<Record<string, Float64Array>>, weight: Float64Array, groups: Groups, level: number,
): RobustRegression | Refusal {
  const names = Object.keys(columns);
  const k = names.length;
  const degreesOfFreedom = groups.codes ? groups.count - 1 : groups.count - k;
  if (degreesOfFreedom < 1) {
    return refuse('too_few_units', `a regression on ${k} columns needs more than ${groups.count} independent groups`, 'Collect more units.');
  }
  const root = weight.map(Math.sqrt);
  const fit = orthonormalBasis(names.map((name) => columns[name]!.map((value, i) => value * root[i]!)));
  if (!fit) return refuse('not_identified', `the regressors ${names.join(', ')} are collinear`, 'Drop columns that others determine.');
  const { basis, triangle } = fit;
  const target = y.map((value, i) => value * root[i]!);
  const projection = Float64Array.from(basis, (direction) => direction.reduce((sum, value, i) => sum + value * target[i]!, 0));
  const residuals = target.map((value, i) => value - basis.reduce((sum, direction, a) => sum + direction[i]! * projection[a]!, 0));
  const beta = solveTriangle(triangle, projection);

  const squares = new Float64Array(k);
  for (const members of groups.codes ? membersOf(groups.codes).values() : Array.from(y.keys(), (row) => [row])) {
    const move = moveWithout(members, basis, residuals);
    if (!move) {
      return refuse('not_identified', `without one of the ${groups.codes ? 'clusters' : 'rows'} the regressors ${names.join(', ')} are collinear`,
        'Drop columns that vary within one group only.');
    }
    solveTriangle(triangle, move).forEach((value, a) => { squares[a]! += value * value; });
  }
  const quantile = studentUpperQuantile((1 - level) / 2, degreesOfFreedom);
  const coefficients = names.map((name, a) => {
    const standardError = Math.sqrt(squares[a]!);
    const estimate = beta[a]!;
    return {
      name, estimate, standardError, lower: estimate - quantile * standardError, upper: estimate + quantile * standardError,
      pValue: standardError > 0 ? studentTwoSidedTail(estimate / standardError, degreesOfFreedom) : 1,
    };
  });
  return { coefficients, degreesOfFreedom };
}
