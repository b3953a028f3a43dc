import { pooledCupedContrast } from '../stats/effects/pooled-cuped.js';
import { stream } from '../stats/numeric/random.js';
import { isRefusal } from '../stats/refusal.js';
import type { Moments } from '../stats/summaries/moments.js';
import { fields, numberAt, type Adapter, type Answer } from './case.js';
import { jointMoments, momentsFromSums } from './sums.js';
import { deltaEffect } from './two-arm-tests.js';

/** One arm of PostHog's CUPED: outcome, its value before exposure, and their sum of products. */
export function posthogArm(inputs: unknown, name: string): Moments {
  const at = fields(inputs);
  return jointMoments(momentsFromSums(at[`${name}_post`]), momentsFromSums(at[`${name}_pre`]), numberAt(at, `${name}_cross`));
}

/** PostHog's CUPED of two arms: theta and adjusted means, and the lift, frequentist or under a flat prior. */
export const posthogCuped: Adapter = (vector) => {
  const { method = '', inputs } = vector;
  const isMeans = method === 'cuped_adjust';
  const isLift = /^(Frequentist|Bayesian)Method/.test(method);
  if ((!isMeans && !isLift) || fields(inputs)['control_pre'] === undefined || fields(inputs)['treatment2_pre'] !== undefined) return undefined;
  const [control, treatment] = [posthogArm(inputs, 'control'), posthogArm(inputs, 'treatment')];
  const contrast = pooledCupedContrast(control, treatment, 'overall');
  if (isRefusal(contrast)) return { values: {} };
  if (isLift) return liftAnswer(vector.expected, control, treatment, contrast.theta);
  return { values: {
    theta: contrast.theta,
    control_unadjusted_mean: control.mean[0], treatment_unadjusted_mean: treatment.mean[0],
    control_adjusted_mean: contrast.control.value, treatment_adjusted_mean: contrast.treatment.value,
  } };
};

const Z95 = 1.959963984540054;
const DRAWS = 400_000;
/** The delta method is exact to first order: with this many times the units what it leaves out is far below the Monte Carlo error. */
const MANY_TIMES_THE_UNITS = 100;
/** A simulated standard deviation has a relative error of 1 / sqrt(2 x draws) = 0.11 %. */
const FOUR_MONTE_CARLO_ERRORS = 4 / Math.sqrt(2 * DRAWS);

/**
 * Its interval adds the variances of the adjusted difference and of the unadjusted denominator as if they were independent.
 * Ours keeps their covariance. Which one is right is simulated: the spread of the lift over repeated experiments.
 */
function liftAnswer(expected: unknown, control: Moments, treatment: Moments, theta: number): Answer {
  const lift = deltaEffect(control, treatment, true);
  if (isRefusal(lift)) return { values: {} };
  const { estimate, ci, credible_interval: credible } = fields(expected);
  const [lower, upper] = (ci ?? credible) as readonly [number, number];
  const published = (upper - lower) / 2 / Z95;
  const simulated = simulatedError(control, treatment, theta);
  return {
    values: { estimate: lift.estimate, standard_error: lift.standardError },
    instead: {
      expected: { estimate, standard_error: simulated },
      tolerance: { estimate: 1e-5, standard_error: FOUR_MONTE_CARLO_ERRORS * simulated },
      because: `upstream adds dependent variances as if independent: its standard error ${published.toPrecision(5)} against ${simulated.toPrecision(5)} over ${DRAWS} simulated experiments and ${lift.standardError.toPrecision(5)} here`,
    },
  };
}

/** Standard deviation of the lift over experiments whose means are normal with the covariance of these arms, at the present number of units. */
function simulatedError(control: Moments, treatment: Moments, theta: number): number {
  const random = stream(1);
  const draws = [control, treatment].map((arm) => meansOf(arm, arm.n * MANY_TIMES_THE_UNITS));
  let [mean, squares] = [0, 0];
  for (let i = 1; i <= DRAWS; i++) {
    const [c, t] = draws.map((draw) => draw(random.normal(), random.normal())) as [Means, Means];
    const value = (t.y - theta * t.x - (c.y - theta * c.x)) / c.y;
    const step = value - mean;
    mean += step / i;
    squares += step * (value - mean);
  }
  return Math.sqrt((squares / (DRAWS - 1)) * MANY_TIMES_THE_UNITS);
}

interface Means { readonly y: number; readonly x: number }

/** Means of `n` units from two independent standard normal values. */
function meansOf({ n: observed, mean, scatter }: Moments, n: number): (first: number, second: number) => Means {
  const covariance = (i: number, j: number): number => scatter[i]![j]! / (observed - 1) / n;
  const ofY = Math.sqrt(covariance(0, 0));
  const shared = covariance(0, 1) / ofY;
  const ofX = Math.sqrt(covariance(1, 1) - shared * shared);
  return (first, second) => ({ y: mean[0]! + ofY * first, x: mean[1]! + shared * first + ofX * second });
}
