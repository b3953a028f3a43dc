import { increasingRoot } from '../../numeric/increasing-root.js';
import { refuse, type Refusal } from '../../refusal.js';
import type { BoundaryLook } from './boundary.js';
import { advance, firstLook, lowerTail, upperTail, type SubDensity } from './sub-density.js';

/** What is known when a group sequential test has stopped, in standard errors of the look at which it stopped. */
export interface StageWise {
  /** of no effect against a positive one, allowing for the looks before */
  readonly pGreater: number;
  readonly pLess: number;
  readonly pTwoSided: number;
  /** as likely above the truth as below it */
  readonly medianUnbiased: number;
  /** of level 1 - alpha, equal tails */
  readonly lower: number;
  readonly upper: number;
}

/**
 * Inference at the end of a group sequential test by the stage-wise ordering: crossing earlier is more extreme than crossing
 * later, and at one look a larger statistic is. It needs the looks that were made and not those that might have been.
 *
 * For a test that has stopped by its rule. While it goes on, the repeated confidence interval is the one that holds.
 * @param looks boundaries of all looks up to the stop; the last one's is not used
 * @param z     standardised statistic at the stop
 * @see Tsiatis, Rosner, Mehta (1984), Biometrics 40; Jennison, Turnbull (2000), chapter 8
 */
export function stageWise(looks: readonly BoundaryLook[], z: number, alpha: number): StageWise | Refusal {
  const root = Math.sqrt(looks.at(-1)!.information);
  const atNull = stagesUnder(looks, 0);
  const nearEstimate = stagesUnder(looks, z / root);
  const above = (drift: number): number => chanceAbove(looks, nearEstimate, z, drift);
  const driftAt = (chance: number): number | null => increasingRoot((drift) => above(drift) - chance, z / root, 1 / root);
  const median = driftAt(0.5);
  const lower = driftAt(alpha / 2);
  const upper = driftAt(1 - alpha / 2);
  if (median === null || lower === null || upper === null) {
    return refuse('numerical_failure', `stage-wise estimate cannot be computed: to come to look ${looks.length} and see ${z} standard errors is too unlikely under any effect`, 'Check that the statistics of all looks are of one experiment; read the repeated confidence interval.');
  }
  const pGreater = Math.min(1, chanceAbove(looks, atNull, z, 0));
  const pLess = Math.min(1, chanceBelow(looks, atNull, z));
  return { pGreater, pLess, pTwoSided: Math.min(1, 2 * Math.min(pGreater, pLess)), medianUnbiased: median * root, lower: lower * root, upper: upper * root };
}

/** Paths further from the reference drift than this have chance 1e-33: room for drifts within an interval of level 1 - 1e-9. */
const REACH = 12;

function stagesUnder(looks: readonly BoundaryLook[], drift: number): SubDensity[] {
  const stages: SubDensity[] = [];
  for (const [k, { information }] of looks.entries()) {
    const before = looks[k - 1];
    const root = Math.sqrt(before?.information ?? 0);
    stages.push(before
      ? advance(stages[k - 1]!, (before.lower ?? -Infinity) * root, (before.upper ?? Infinity) * root, information, REACH)
      : firstLook(information, drift));
  }
  return stages;
}

/** The same stages under another drift, by the likelihood ratio of Brownian motions. */
function tilted(stage: SubDensity, drift: number): SubDensity {
  const delta = drift - stage.drift;
  const variance = stage.deviation * stage.deviation;
  const constant = (delta * delta * variance - (drift * drift - stage.drift * stage.drift) * stage.information) / 2;
  return {
    ...stage,
    drift,
    means: stage.means.map((mean) => mean + delta * variance),
    masses: stage.masses.map((mass, j) => mass * Math.exp(delta * stage.means[j]! + constant)),
  };
}

/** Chance of an outcome at least as high as the one seen. */
function chanceAbove(looks: readonly BoundaryLook[], stages: readonly SubDensity[], z: number, drift: number): number {
  let sum = 0;
  for (const [k, { information, upper }] of looks.entries()) {
    const bound = k === looks.length - 1 ? z : upper;
    if (bound !== null) sum += upperTail(tilted(stages[k]!, drift), bound * Math.sqrt(information));
  }
  return sum;
}

/** Chance, under no effect, of an outcome at least as low as the one seen. */
function chanceBelow(looks: readonly BoundaryLook[], stages: readonly SubDensity[], z: number): number {
  let sum = 0;
  for (const [k, { information, lower }] of looks.entries()) {
    const bound = k === looks.length - 1 ? z : lower;
    if (bound !== null) sum += lowerTail(stages[k]!, bound * Math.sqrt(information));
  }
  return sum;
}
