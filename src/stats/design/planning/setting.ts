import { z } from 'zod';
import { refuse, type Refusal } from '../../refusal.js';
import { plannedDesign, plannedDesignSchema } from './planned-design.js';
import { plannedMetric, plannedMetricSchema } from './planned-metric.js';
import { trafficSchema } from './duration.js';

const SHARES_TOLERANCE = 1e-3;

export const plannedScaleSchema = z.enum(['lift', 'difference']).meta({ id: 'PlannedScale' });
export const plannedCorrectionSchema = z.enum(['none', 'bonferroni']).meta({ id: 'PlannedCorrection' });

/** What every planner of a comparison of arms asks. Spread into a planner's options. */
export const settingShape = {
  metric: plannedMetricSchema.describe('what is known of the metric'),
  scale: plannedScaleSchema.default('lift').describe('lift: effects and margins are fractions of the control value; difference: in units of the metric'),
  allocation: z.array(z.number().gt(0).lt(1)).min(2).max(50).default([0.5, 0.5])
    .refine((shares) => Math.abs(shares.reduce((a, b) => a + b, 0) - 1) <= SHARES_TOLERANCE, { message: 'shares must sum to 1' })
    .describe('share of units in each arm, the control first; plans are for the smallest treatment arm'),
  correction: plannedCorrectionSchema.default('none').describe('bonferroni: alpha is divided by treatments times goals; Holm has at least this power'),
  goals: z.number().int().gte(1).default(1).describe('metrics that share alpha'),
  covariateCorrelation: z.number().gt(-1).lt(1).default(0).describe('of the metric with its covariates (CUPED, Lin), between randomisation units'),
  design: plannedDesignSchema.optional().describe('absent: units are randomised one by one'),
  alpha: z.number().gt(0).lt(0.5).default(0.05).describe('error rate of the family of tests, a fraction'),
  traffic: trafficSchema.optional().describe('how fast randomisation units arrive; absent: no duration is given'),
};
/** The same for planners of tests. */
export const testedSettingShape = {
  ...settingShape,
  liftTest: z.enum(['fieller', 'delta']).meta({ id: 'PlannedLiftTest' }).default('fieller')
    .describe('how a lift is tested. fieller: as Assay does, a lift of 0 is rejected exactly when the difference is; delta: by the delta-method standard error at the estimate, as most calculators plan'),
};
/** A lift without a test (Bayesian) has its delta-method standard error. */
export type Setting = z.output<z.ZodObject<typeof settingShape>> & { readonly liftTest?: 'fieller' | 'delta' };

/** Standard error and degrees of freedom of a planned comparison. */
export interface PlannedContrast {
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}

/** A setting with all that depends on neither effect nor number of units computed. */
export interface PreparedSetting {
  readonly controlValue: number;
  readonly varianceFactor: number;
  readonly observationsPerUnit: number;
  readonly randomisationUnit: string;
  readonly controlShare: number;
  readonly treatmentShare: number;
  /** error rate of one comparison */
  readonly alpha: number;
  /** effects that leave the treatment arm's value possible, in units of the scale */
  readonly lowestEffect: number;
  readonly highestEffect: number;
  treatmentValue(effect: number): number;
  /** @param nullValue effect that is tested, in units of the scale */
  contrast(effect: number, units: number, nullValue?: number): PlannedContrast;
}

/** @returns Refusal where a lift has no denominator */
export function prepareSetting(setting: Setting, planner: string): PreparedSetting | Refusal {
  const metric = plannedMetric(setting.metric);
  const design = plannedDesign(setting.design);
  const isLift = setting.scale === 'lift';
  const controlValue = metric.value;
  if (isLift && controlValue === 0) {
    return refuse('denominator_near_zero', `${planner} needs a control value other than 0 for a lift`, 'Plan the difference in units of the metric (scale: difference).');
  }
  if (design.isPaired && (setting.allocation.length !== 2 || setting.allocation[0] !== setting.allocation[1])) {
    return refuse('unsupported_combination', `${planner} needs two arms of one size for pairs; got allocation ${setting.allocation.join(', ')}`, 'Leave the allocation out, or plan without pairs.');
  }
  const [controlShare, ...treatments] = setting.allocation as [number, ...number[]];
  const treatmentShare = Math.min(...treatments);
  const varianceFactor = design.varianceFactor * (1 - setting.covariateCorrelation ** 2);
  const size = isLift ? Math.abs(controlValue) : 1;
  const treatmentValue = (effect: number): number => controlValue + effect * size;
  const contrast = (effect: number, units: number, nullValue = 0): PlannedContrast => {
    const controlUnits = controlShare * units;
    const treatmentUnits = treatmentShare * units;
    const control = (metric.varianceAt(controlValue) * varianceFactor) / controlUnits;
    const value = treatmentValue(effect);
    const treatment = (metric.varianceAt(value) * varianceFactor) / treatmentUnits;
    // a lift divides by a mean that is estimated too: Fieller's statistic is treatment - (1 + null) control
    const assumed = setting.liftTest === 'fieller' ? treatmentValue(nullValue) : value;
    const scaled = isLift ? control * (assumed / controlValue) ** 2 : control;
    return {
      standardError: Math.sqrt(treatment + scaled) / size,
      degreesOfFreedom: design.isPaired ? treatmentUnits - 1
        : (control + treatment) ** 2 / (control ** 2 / (controlUnits - 1) + treatment ** 2 / (treatmentUnits - 1)),
    };
  };
  return {
    controlValue, varianceFactor, controlShare, treatmentShare, treatmentValue, contrast,
    observationsPerUnit: design.observationsPerUnit,
    randomisationUnit: design.randomisationUnit,
    alpha: setting.correction === 'bonferroni' ? setting.alpha / (treatments.length * setting.goals) : setting.alpha,
    lowestEffect: (metric.lowest - controlValue) / size,
    highestEffect: (metric.highest - controlValue) / size,
  };
}
