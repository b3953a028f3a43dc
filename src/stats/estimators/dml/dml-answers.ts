import { z } from 'zod';
import { andersonRubinSet } from '../../effects/complier-effect.js';
import type { RepeatedEffect } from '../../dml/repeated.js';
import { checkFirstStage } from '../../dml/repeated.js';
import { robustness } from '../../dml/robustness.js';
import type { Sample } from '../../dml/sample.js';
import { studentTwoSidedTail, studentUpperQuantile } from '../../numeric/student.js';
import { refusalReasons, type Refusal } from '../../refusal.js';
import { sortedQuantile } from '../../summaries/sample-quantile.js';
import { effectAnswer } from '../forest/forest-answers.js';
import { effectSchema, setSchema } from '../two-arms.js';

const repetitionsSchema = z.object({
  count: z.number().int().describe('times that folds were drawn'),
  median: z.number().describe('of the estimates'),
  interquartileRange: z.number().describe('of the estimates: how far the drawing of folds alone moves them'),
  lowest: z.number().describe('least estimate'),
  highest: z.number().describe('greatest estimate'),
}).meta({ id: 'SeedStability', description: 'Estimates over repetitions of cross-fitting, in units of the effect.' });

export const nuisanceSchema = z.object({
  nuisance: z.string().describe('what is predicted, such as E[Y | X]'),
  learner: z.string().describe('name of the learner'),
  loss: z.number().describe('out of fold: mean squared error of a number, mean log loss of 0 and 1 in nats'),
  explained: z.number().describe('1 - mean squared error / variance, out of fold; at most 1, negative for worse than the mean'),
  calibrationSlope: z.number().nullable().describe('slope of the target on its prediction, 1 when calibrated; null when all predictions are equal'),
}).meta({ id: 'NuisanceReport', description: 'How well a nuisance function predicts rows that it did not see, averaged over repetitions.' });

export const overlapSchema = z.object({
  lowest: z.number().describe('lowest of all rows'),
  q01: z.number().describe('1 % quantile'),
  median: z.number().describe('median'),
  q99: z.number().describe('99 % quantile'),
  highest: z.number().describe('highest of all rows'),
}).meta({ id: 'PropensityRange', description: 'Estimated propensities, each in [0, 1], before any row is left out.' });

const robustnessSchema = z.object({
  ofEstimate: z.number().describe('share of the residual variance of outcome and of treatment that an omitted confounder must explain to move the estimate to 0, in [0, 1]'),
  ofInterval: z.number().describe('the same, to move the nearer end of the interval to 0; 0 when it holds 0'),
  scale: z.number().describe('bias of a confounder that explains the share c of both is at most this times c / sqrt(1 - c), in units of the effect'),
}).meta({ id: 'RobustnessValue', description: 'How strong an omitted confounder must be to explain the effect away.' });

/** What every cross-fitted effect answers beside the effect itself. */
export const crossFittedResult = {
  n: z.number().int().describe('units averaged over'),
  independentUnits: z.number().int().describe('independent groups behind the error: clusters, or units'),
  trimmedShare: z.number().describe('share of units left out for want of overlap, in [0, 1]; the largest over repetitions'),
  repetitions: repetitionsSchema.describe('how stable the estimate is over draws of the folds'),
  nuisances: z.array(nuisanceSchema).describe('how well the nuisance functions predict'),
  overlap: overlapSchema.nullable().describe('estimated propensities; null for scores that do not divide by them'),
} as const;

export const adjustedResult = z.object({
  effect: effectSchema.describe('average effect, in units of the outcome per unit of the treatment'),
  ...crossFittedResult,
  robustness: robustnessSchema.nullable().describe('strength of an omitted confounder that would change the answer; null where the score has none'),
});

export const instrumentedResult = z.object({
  effect: effectSchema.nullable().describe('effect on those whom the instrument moves, in units of the outcome per unit of the treatment; null when it was refused'),
  effectRefusal: z.object({ reason: z.enum(refusalReasons).describe('why there is no estimate'), detail: z.string().describe('which bound was missed'), remedy: z.string().describe('what would make the question answerable') }).nullable().describe('why there is no estimate'),
  andersonRubin: z.object({ interval: setSchema.describe('effects that are not rejected, right however weak the instrument'), pValue: z.number().describe('of no effect, in [0, 1]') }).describe('test that does not need a strong first stage, at the central repetition'),
  firstStage: z.object({ estimate: z.number().describe('covariance of the residuals of instrument and treatment, or with a binary instrument its effect on the treatment'), standardError: z.number().describe('in units of the estimate'), f: z.number().nullable().describe('square of their ratio; null when the error is 0') }).describe('how strong the instrument is, at the central repetition'),
  ...crossFittedResult,
});

export function crossFittedAnswer(effect: RepeatedEffect): z.output<z.ZodObject<typeof crossFittedResult>> {
  const estimates = effect.repetitions.map(({ estimate }) => estimate).sort((a, b) => a - b);
  const { propensity } = effect.central.scored;
  return {
    n: effect.n, independentUnits: effect.groups, trimmedShare: effect.trimmedShare,
    repetitions: { count: estimates.length, median: sortedQuantile(estimates, 0.5), interquartileRange: sortedQuantile(estimates, 0.75) - sortedQuantile(estimates, 0.25), lowest: estimates[0]!, highest: estimates.at(-1)! },
    nuisances: [...effect.reports],
    overlap: propensity ? propensityRange(propensity) : null,
  };
}

export function propensityRange(propensity: Float64Array): z.output<typeof overlapSchema> {
  const sorted = [...propensity].sort((a, b) => a - b);
  return { lowest: sorted[0]!, q01: sortedQuantile(sorted, 0.01), median: sortedQuantile(sorted, 0.5), q99: sortedQuantile(sorted, 0.99), highest: sorted.at(-1)! };
}

export const adjustedAnswer = (effect: RepeatedEffect, sample: Sample, level: number): z.output<typeof adjustedResult> => ({
  effect: effectAnswer(effect, level), ...crossFittedAnswer(effect),
  robustness: robustness(effect, sample, studentUpperQuantile((1 - level) / 2, effect.degreesOfFreedom)),
});

export function instrumentedAnswer(name: string, effect: RepeatedEffect, level: number, leastF: number): z.output<typeof instrumentedResult> {
  const { numerator, denominator, covariance } = effect.central.root.quotient;
  const weak: Refusal | null = checkFirstStage(name, effect.central.root.quotient, leastF);
  const f = (denominator.estimate / denominator.standardError) ** 2;
  const { degreesOfFreedom } = effect;
  return {
    effect: weak ? null : effectAnswer(effect, level),
    effectRefusal: weak && { reason: weak.reason, detail: weak.detail, remedy: weak.remedy },
    andersonRubin: {
      interval: andersonRubinSet({ outcome: numerator, uptake: denominator, covariance }, studentUpperQuantile((1 - level) / 2, degreesOfFreedom)),
      pValue: studentTwoSidedTail(numerator.estimate / numerator.standardError, degreesOfFreedom),
    },
    firstStage: { ...denominator, f: Number.isFinite(f) ? f : null },
    ...crossFittedAnswer(effect),
  };
}
