import type { Penalty } from './coordinate-descent.js';
import { fitLogistic, gradientOf, inverseLogit, type LogisticDesign, type LogisticState } from './logistic-fit.js';

/** Rounding of a gradient, as a share of the penalty. */
const ROUNDING = 1e-9;

/**
 * `fitLogistic` over the columns that matter alone: those with a coefficient, and those that the conditions of a minimum say must get one, until
 * none is left. Curvature costs the square of the columns, and a penalty with an absolute part leaves most of them out.
 * @see Tibshirani, Bien, Friedman, Hastie, Simon, Taylor, Tibshirani (2012), JRSS B 74(2), section 7
 */
export function fitActive(design: LogisticDesign, start: LogisticState, penalty: Penalty): LogisticState {
  if (penalty.absolute === 0) return fitLogistic(design, start, penalty);
  const isActive = Uint8Array.from(start.beta, (value) => Number(value !== 0));
  admit(design, start, penalty, isActive);
  let state = fitAmong(design, start, penalty, isActive);
  while (admit(design, state, penalty, isActive)) state = fitAmong(design, state, penalty, isActive);
  return state;
}

/** Adds columns whose coefficient should leave zero; false when there are none. */
function admit(design: LogisticDesign, state: LogisticState, { absolute }: Penalty, isActive: Uint8Array): boolean {
  let isAdded = false;
  gradientOf(design, state.eta.map(inverseLogit)).forEach((slope, j) => {
    if (isActive[j] || Math.abs(slope) <= absolute * (1 + ROUNDING)) return;
    isActive[j] = 1;
    isAdded = true;
  });
  return isAdded;
}

function fitAmong(design: LogisticDesign, state: LogisticState, penalty: Penalty, isActive: Uint8Array): LogisticState {
  const active = [...isActive.keys()].filter((j) => isActive[j]);
  const columns = active.map((j) => design.columns[j]!);
  const fitted = fitLogistic({ ...design, columns }, { ...state, beta: Float64Array.from(active, (j) => state.beta[j]!) }, penalty);
  const beta = new Float64Array(design.columns.length);
  active.forEach((j, place) => { beta[j] = fitted.beta[place]!; });
  return { ...fitted, beta };
}
