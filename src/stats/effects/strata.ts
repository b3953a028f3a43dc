import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { mergeMoments, type Moments } from '../summaries/moments.js';
import type { Contrast } from './effect.js';
import type { Outcome } from './outcome.js';
import { postStratifiedContrast, stratumMeans, type StratumMeans } from './post-stratified.js';

/** Units of one stratum by arm, the control first. */
export interface Stratum {
  readonly name: string;
  readonly arms: readonly Moments[];
}

/** Units that an arm of a stratum needs to be compared within it. */
export const leastInStratum = (covariates: number): number => (covariates > 0 ? covariates + 2 : 2);

const unitsOf = ({ arms }: Stratum): number => arms.reduce((sum, { n }) => sum + n, 0);

/** Strata in which an arm has too few units are merged into the largest that has enough, or with each other where none has. */
export function mergeSmallStrata(strata: readonly Stratum[], least: number): Stratum[] {
  const seen = strata.filter((stratum) => unitsOf(stratum) > 0);
  const isSmall = ({ arms }: Stratum): boolean => arms.some(({ n }) => n < least);
  const small = seen.filter(isSmall);
  if (small.length === 0) return seen;
  const kept = seen.filter((stratum) => !isSmall(stratum));
  const largest = kept.length === 0 ? undefined : kept.reduce((a, b) => (unitsOf(b) > unitsOf(a) ? b : a));
  const together = (largest ? [largest, ...small] : small).reduce((a, b) => ({ name: `${a.name}, ${b.name}`, arms: a.arms.map((arm, i) => mergeMoments(arm, b.arms[i]!)) }));
  return largest ? kept.map((stratum) => (stratum === largest ? together : stratum)) : [together];
}

/**
 * Every treatment arm against the control within strata. All arms share the weights of strata and the covariate means within them,
 * so that an arm has the same value in every pair.
 * @param strata merged already
 */
export function strataContrasts(strata: readonly Stratum[], outcomes: number, outcome: Outcome): (Contrast | Refusal)[] {
  const arms = strata[0]?.arms.length ?? 0;
  return Array.from({ length: Math.max(0, arms - 1) }, (_, i) => {
    const means: StratumMeans[] = [];
    for (const { name, arms: [control, ...treatments] } of strata) {
      const found = stratumMeans(control!, treatments[i]!, outcomes, treatments.filter((__, other) => other !== i));
      if (isRefusal(found)) return { ...found, detail: `stratum ${name}: ${found.detail}` };
      means.push(found);
    }
    const contrast = postStratifiedContrast(means, outcomes, outcome);
    if (isRefusal(contrast)) return contrast;
    const count = (arm: number): number => strata.reduce((sum, stratum) => sum + stratum.arms[arm]!.n, 0);
    return { ...contrast, control: { ...contrast.control, n: count(0) }, treatment: { ...contrast.treatment, n: count(i + 1) } };
  });
}

export const noStrata = (): Refusal => refuse('too_few_units', 'postStratified needs at least 2 units in each arm; there are none', 'Wait for more units.');
