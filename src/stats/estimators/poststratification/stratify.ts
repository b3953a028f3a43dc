import { z } from 'zod';
import { postStratifiedContrast, stratumMeans } from '../../effects/post-stratified.js';
import { leastInStratum, mergeSmallStrata, noStrata, strataContrasts, type Stratum } from '../../effects/strata.js';
import type { Outcome } from '../../effects/outcome.js';
import { isRefusal, type Refusal } from '../../refusal.js';
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

/** Compares two arms within strata. Strata in which an arm has too few units for the covariates are merged into the largest that has enough. */
export function stratifiedComparison(outcomes: readonly Numeric[], covariates: readonly Numeric[], treatment: Category, stratum: Category, options: TwoArmOptions, outcome: Outcome): StratifiedResult | Refusal {
  const levels = twoLevels(treatment, options);
  const armOf = (code: number): number => (code === levels.control ? 0 : code === levels.treatment ? 1 : -1);
  const groups = stratum.codes.map((code, row) => (armOf(treatment.codes[row]!) < 0 ? -1 : 2 * code + armOf(treatment.codes[row]!)));
  const cells = groupMoments([...outcomes, ...covariates], groups, 2 * stratum.levels.length);
  const strata = mergeSmallStrata(stratum.levels.map((name, k): Stratum => ({ name, arms: [cells[2 * k]!, cells[2 * k + 1]!] })), leastInStratum(covariates.length));
  if (strata.length === 0) return noStrata();
  const [contrast] = strataContrasts(strata, outcomes.length, outcome);
  if (isRefusal(contrast)) return contrast;
  const answer = answerTwoArms(contrast!, treatment, levels, options);
  if (isRefusal(answer)) return answer;
  const units = ({ arms }: Stratum): number => arms[0]!.n + arms[1]!.n;
  const n = strata.reduce((sum, found) => sum + units(found), 0);
  return {
    ...answer,
    strata: strata.map((found) => ({ name: found.name, units: units(found), share: units(found) / n })),
    varianceReduction: varianceReduction(strata, outcomes.length, outcome, answer.difference.standardError),
  };
}

function varianceReduction(strata: readonly Stratum[], outcomes: number, outcome: Outcome, standardError: number): number | null {
  const merged = ([0, 1] as const).map((arm) => strata.map(({ arms }) => plain(arms[arm]!, outcomes)).reduce(mergeMoments));
  const means = stratumMeans(merged[0]!, merged[1]!, outcomes);
  const contrast = isRefusal(means) ? means : postStratifiedContrast([means], outcomes, outcome);
  if (isRefusal(contrast) || isRefusal(contrast.difference)) return null;
  const reduction = 1 - (standardError / contrast.difference.standardError) ** 2;
  return Number.isFinite(reduction) ? reduction : null;
}

const plain = ({ n, columns, mean, scatter }: Moments, outcomes: number): Moments =>
  ({ n, columns: columns.slice(0, outcomes), mean: mean.slice(0, outcomes), scatter: scatter.slice(0, outcomes).map((row) => row.slice(0, outcomes)) });
