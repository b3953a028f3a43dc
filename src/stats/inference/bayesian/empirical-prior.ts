import { refuse, type Refusal } from '../../refusal.js';
import type { NormalPosterior } from '../inference.js';

/** A lift measured by an experiment that has ended. */
export interface PastLift {
  /** a fraction */
  readonly estimate: number;
  readonly standardError: number;
}

/** The prior that past experiments make plausible, as lifts, and what it makes of each of them. */
export interface EmpiricalPrior {
  readonly mean: number;
  readonly standardDeviation: number;
  /** standard error of `mean` */
  readonly meanStandardError: number;
  /** posterior of each past lift: shrunk towards the mean, which undoes the winner's curse. Shape (k) */
  readonly shrunk: readonly (NormalPosterior & {
    /** weight of the prior mean, in [0, 1] */
    readonly shrinkage: number;
  })[];
}

/** Fewer past experiments say nothing of how lifts vary. */
const FEWEST = 3;
const MOST_STEPS = 1000;
const TOLERANCE = 1e-12;

/**
 * Empirical-Bayes prior of lifts by restricted maximum likelihood: true lifts are normal, each is seen with its own error.
 * @returns Refusal when the past lifts vary no more than their errors do: a prior without scale
 * @see Azevedo, Deng, Montiel Olea, Rao, Weyl (2020), Journal of Political Economy 128(12); Viechtbauer (2005), J. Educational and Behavioral Statistics 30(3)
 */
export function empiricalPrior(past: readonly PastLift[]): EmpiricalPrior | Refusal {
  if (past.length < FEWEST) return refuse('too_few_units', `an empirical prior needs at least ${FEWEST} past lifts; got ${past.length}`, 'Use the default prior until more experiments have ended.');
  if (!past.every(({ estimate, standardError }) => Number.isFinite(estimate) && standardError > 0 && Number.isFinite(standardError))) {
    return refuse('not_finite', 'an empirical prior needs finite lifts with standard errors above 0', 'Leave out experiments whose lift was refused.');
  }
  const variance = restrictedVariance(past);
  if (variance === 0) return refuse('zero_variance', `an empirical prior needs past lifts that vary beyond their errors; these ${past.length} do not`, 'Use the default prior, or add past experiments with more units.');
  const { mean, total } = weightedMean(past, variance);
  const shrunk = past.map(({ estimate, standardError }) => {
    const shrinkage = standardError ** 2 / (standardError ** 2 + variance);
    return { mean: estimate + shrinkage * (mean - estimate), standardDeviation: standardError * Math.sqrt(1 - shrinkage), shrinkage };
  });
  return { mean, standardDeviation: Math.sqrt(variance), meanStandardError: Math.sqrt(1 / total), shrunk };
}

function weightedMean(past: readonly PastLift[], variance: number): { mean: number; total: number } {
  let total = 0;
  let sum = 0;
  for (const { estimate, standardError } of past) {
    const weight = 1 / (standardError ** 2 + variance);
    total += weight;
    sum += weight * estimate;
  }
  return { mean: sum / total, total };
}

/** Fisher scoring of the restricted likelihood, kept at or above 0. */
function restrictedVariance(past: readonly PastLift[]): number {
  let variance = past.reduce((sum, { standardError }) => sum + standardError ** 2, 0) / past.length;
  for (let step = 0; step < MOST_STEPS; step++) {
    const { mean, total } = weightedMean(past, variance);
    let excess = 0;
    let squares = 0;
    for (const { estimate, standardError } of past) {
      const weight = 1 / (standardError ** 2 + variance);
      squares += weight * weight;
      excess += weight * weight * ((estimate - mean) ** 2 - standardError ** 2);
    }
    const next = Math.max(0, excess / squares + 1 / total);
    if (Math.abs(next - variance) <= TOLERANCE * variance) return next;
    variance = next;
  }
  return variance;
}
