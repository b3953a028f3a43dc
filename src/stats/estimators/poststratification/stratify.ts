import { z } from 'zod';
import { postStratifiedContrast, stratumMeans, type StratumMeans } from '../../effects/post-stratified.js';
import type { Outcome } from '../../effects/outcome.js';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { mergeMoments, type Moments } from '../../summaries/moments.js';
import type { Category, Numeric } from '../estimator.js';
import { groupMoments } from '../group-moments.js';
import { answerTwoArms, twoArmResult, twoLevels, type TwoArmOptions } from '../two-arms.js';

/** What post-stratified comparisons answer. */
export const stratifiedResult = {
  ...twoArmResult,
  strata: z.array(z.object({
    name: z.string().describe('level of the stratum column; merged ones are joined by a comma'),
    units: z.number().int().describe('units in both arms'),
    share: z.number().describe('weight, a fraction'),
  }).meta({ id: 'Stratum', description: 'Units that were compared with each other.' })).describe('strata as they were used'),
  varianceReduction: z.number().nullable().describe('1 - variance of the difference / that without strata and covariates; null where the latter is zero or has no value'),
} as const;
export type StratifiedResult = z.output<z.ZodObject<typeof stratifiedResult>>;

interface Stratum { readonly name: string; readonly arms: readonly [Moments, Moments] }

/** Compares two arms within strata. Strata in which an arm has too few units for the covariates are merged into the largest that has enough. */
export function stratifiedComparison(outcomes: readonly Numeric[], covariates: readonly Numeric[], treatment: Category, stratum: Category, options: TwoArmOptions, outcome: Outcome): StratifiedResult | Refusal {
  const levels = twoLevels(treatment, options);
  const armOf = (code: number): number => (code === levels.control ? 0 : code === levels.treatment ? 1 : -1);
  const groups = stratum.codes.map((code, row) => (armOf(treatment.codes[row]!) < 0 ? -1 : 2 * code + armOf(treatment.codes[row]!)));
  const cells = groupMoments([...outcomes, ...covariates], groups, 2 * stratum.levels.length);
  const all = stratum.levels.map((name, k): Stratum => ({ name, arms: [cells[2 * k]!, cells[2 * k + 1]!] })).filter(({ arms }) => arms[0].n + arms[1].n > 0);
  const strata = mergeSmall(all, covariates.length > 0 ? covariates.length + 2 : 2);
  if (strata.length === 0) return refuse('too_few_units', 'postStratified needs at least 2 units in each arm; there are none', 'Wait for more units.');
  const means: StratumMeans[] = [];
  for (const { name, arms } of strata) {
    const found = stratumMeans(arms[0], arms[1], outcomes.length);
    if (isRefusal(found)) return { ...found, detail: `stratum ${name}: ${found.detail}` };
    means.push(found);
  }
  const contrast = postStratifiedContrast(means, outcomes.length, outcome);
  if (isRefusal(contrast)) return contrast;
  const units = (arm: 0 | 1): number => strata.reduce((sum, { arms }) => sum + arms[arm].n, 0);
  const counted = { ...contrast, control: { ...contrast.control, n: units(0) }, treatment: { ...contrast.treatment, n: units(1) } };
  const answer = answerTwoArms(counted, treatment, levels, options);
  if (isRefusal(answer)) return answer;
  const n = units(0) + units(1);
  return {
    ...answer,
    strata: strata.map(({ name }, k) => ({ name, units: means[k]!.n, share: means[k]!.n / n })),
    varianceReduction: varianceReduction(strata, outcomes.length, outcome, answer.difference.standardError),
  };
}

function mergeSmall(strata: readonly Stratum[], least: number): Stratum[] {
  const isSmall = ({ arms }: Stratum): boolean => arms[0].n < least || arms[1].n < least;
  const units = ({ arms }: Stratum): number => arms[0].n + arms[1].n;
  const small = strata.filter(isSmall);
  if (small.length === 0) return [...strata];
  const kept = strata.filter((stratum) => !isSmall(stratum));
  const largest = kept.length === 0 ? undefined : kept.reduce((a, b) => (units(b) > units(a) ? b : a));
  const together = (largest ? [largest, ...small] : small).reduce((a, b) => ({ name: `${a.name}, ${b.name}`, arms: [mergeMoments(a.arms[0], b.arms[0]), mergeMoments(a.arms[1], b.arms[1])] }));
  return largest ? kept.map((stratum) => (stratum === largest ? together : stratum)) : [together];
}

function varianceReduction(strata: readonly Stratum[], outcomes: number, outcome: Outcome, standardError: number): number | null {
  const merged = ([0, 1] as const).map((arm) => strata.map(({ arms }) => plain(arms[arm], outcomes)).reduce(mergeMoments));
  const means = stratumMeans(merged[0]!, merged[1]!, outcomes);
  const contrast = isRefusal(means) ? means : postStratifiedContrast([means], outcomes, outcome);
  if (isRefusal(contrast) || isRefusal(contrast.difference)) return null;
  const reduction = 1 - (standardError / contrast.difference.standardError) ** 2;
  return Number.isFinite(reduction) ? reduction : null;
}

const plain = ({ n, columns, mean, scatter }: Moments, outcomes: number): Moments =>
  ({ n, columns: columns.slice(0, outcomes), mean: mean.slice(0, outcomes), scatter: scatter.slice(0, outcomes).map((row) => row.slice(0, outcomes)) });
