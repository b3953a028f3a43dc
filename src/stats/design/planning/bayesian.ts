import { z } from 'zod';
import { normalCdf, normalUpperQuantile, normalUpperTail } from '../../numeric/normal.js';
import { isRefusal } from '../../refusal.js';
import { planComparison, plannedShape } from './plan-comparison.js';
import { definePlanner } from './planner.js';
import { asksOneThing, asksOneThingMessage, questionShape, plannedDirectionSchema } from './question.js';
import { prepareSetting, settingShape } from './setting.js';

export const priorSchema = z.strictObject({
  mean: z.number().describe('in units of the scale'),
  standardDeviation: z.number().gt(0).describe('in units of the scale'),
}).meta({ id: 'PlannedPrior' });
export type PlannedPrior = z.output<typeof priorSchema>;

/** How large the estimate must be, and how small, for the credible interval to leave out zero; in units of the scale. */
interface Cutpoints { readonly lower: number; readonly upper: number }

/** Posterior mean over posterior standard deviation beyond z, solved for the estimate. */
function cutpoints(standardError: number, prior: PlannedPrior | undefined, z: number): Cutpoints {
  if (!prior) return { lower: -z * standardError, upper: z * standardError };
  const variance = standardError ** 2;
  const priorVariance = prior.standardDeviation ** 2;
  const reach = variance * Math.sqrt(1 / variance + 1 / priorVariance) * z;
  const pull = (variance * prior.mean) / priorVariance;
  return { lower: -reach - pull, upper: reach - pull };
}

/**
 * Chance that the (1 - alpha) credible interval of a normal-normal posterior leaves out zero when the true effect is fixed.
 * @param prior undefined: flat
 */
export function bayesianPower(effect: number, standardError: number, prior: PlannedPrior | undefined, alpha: number): number {
  return chanceBeyond(cutpoints(standardError, prior, normalUpperQuantile(alpha / 2)), effect, standardError);
}

const chanceBeyond = ({ lower, upper }: Cutpoints, centre: number, deviation: number): number =>
  normalUpperTail((upper - centre) / deviation) + normalCdf((lower - centre) / deviation);

/** Fixed-point steps to a cutpoint: each shrinks the error by the share of the standard error that moves with the estimate. */
const CUTPOINT_STEPS = 60;

/**
 * The same when the standard error is taken at the estimate, as an analysis of a lift takes it: the cutpoint is the estimate
 * that its own standard error just lets reject, and a ratio lies beyond it exactly when treatment - (1 + cutpoint) control does.
 */
function powerAtEstimate(effect: number, errorAt: (estimate: number) => number, prior: PlannedPrior | undefined, z: number): number {
  const solve = (side: keyof Cutpoints): number => {
    let cutpoint = cutpoints(errorAt(effect), prior, z)[side];
    for (let i = 0; i < CUTPOINT_STEPS; i++) cutpoint = cutpoints(errorAt(cutpoint), prior, z)[side];
    return cutpoint;
  };
  const [lower, upper] = [solve('lower'), solve('upper')];
  const power = normalUpperTail((upper - effect) / errorAt(upper)) + normalCdf((lower - effect) / errorAt(lower));
  // without a fixed point no estimate, however large, rejects
  return Number.isFinite(power) ? power : 0;
}

/** Power, sample size and smallest detectable effect of a Bayesian decision, and its chance averaged over the prior. */
export const bayesian = definePlanner({
  name: 'bayesian',
  title: 'Bayesian, normal prior on the effect',
  formula: 'normal-normal posterior, credible interval leaves out zero',
  references: ['Spiegelhalter, Abrams, Myles (2004), Bayesian Approaches to Clinical Trials, chapter 6', 'O\'Hagan, Stevens, Campbell (2005), Pharmaceutical Statistics 4 (assurance)'],
  data: {},
  options: z.strictObject({
    ...settingShape, ...questionShape,
    prior: priorSchema.optional().describe('of the effect; absent: flat'),
    standardErrorAt: z.enum(['estimate', 'effect']).default('estimate')
      .describe('where a lift has its standard error. estimate: as an analysis takes it; effect: at the planned effect, as most calculators do'),
    direction: plannedDirectionSchema.default('increase').describe('sign of a smallest detectable effect'),
  }).refine(asksOneThing, { message: asksOneThingMessage }),
  result: z.object({
    ...plannedShape,
    assurance: z.number().nullable().describe('power averaged over the prior of the effect, a fraction; null under a flat prior'),
  }),
  plan(options) {
    const prepared = prepareSetting(options, 'bayesian');
    if (isRefusal(prepared)) return prepared;
    const critical = normalUpperQuantile(prepared.alpha / 2);
    const solved = planComparison({
      planner: 'bayesian',
      formula: 'normal-normal posterior, credible interval leaves out zero',
      sizeName: 'effect', setting: options, prepared,
      question: { ...options, size: options.effect },
      direction: options.direction === 'increase' ? 1 : -1,
      evaluate(effect, units) {
        const contrast = prepared.contrast(effect, units);
        const power = options.scale === 'lift' && options.standardErrorAt === 'estimate'
          ? powerAtEstimate(effect, (estimate) => prepared.contrast(estimate, units).standardError, options.prior, critical)
          : bayesianPower(effect, contrast.standardError, options.prior, prepared.alpha);
        return { power, criticalValue: critical, contrast, effect, isNormal: true };
      },
    });
    if (isRefusal(solved)) return solved;
    const { standardError } = solved.planned;
    // the standard error under the planned effect stands for that under every effect of the prior
    const assurance = options.prior
      ? chanceBeyond(cutpoints(standardError, options.prior, critical), options.prior.mean, Math.hypot(standardError, options.prior.standardDeviation))
      : null;
    return { ...solved.planned, assurance };
  },
});
