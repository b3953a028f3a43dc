import { z } from 'zod';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { daysToReach } from './duration.js';
import { unitsOf, type Question } from './question.js';
import { plannedScaleSchema, type PlannedContrast, type PreparedSetting, type Setting } from './setting.js';
import { MOST_UNITS, solveEffect, solveUnits } from './solve.js';

/** What a planner of a comparison answers: the plan, and every number that went into it. */
export const plannedShape = {
  status: z.literal('planned').describe('always planned'),
  solvedFor: z.enum(['effect', 'margin', 'units', 'power']).meta({ id: 'PlannedFor' }).describe('which of them was asked'),
  scale: plannedScaleSchema.describe('lift: effects are fractions of the control value'),
  effect: z.number().describe('true effect that is assumed, or the smallest detectable one, in units of the scale'),
  power: z.number().describe('at these units, after rounding up'),
  units: z.number().int().describe('randomisation units of all arms together'),
  unitsByArm: z.array(z.number().int()).describe('control first'),
  randomisationUnit: z.string().describe('what is counted: unit, cluster, window or member of a pair'),
  observations: z.number().describe('measured units, all arms together'),
  days: z.number().int().nullable().describe('until the last unit has matured; null when no traffic was given or it takes more than ten years'),
  alphaPerComparison: z.number().describe('after correction, a fraction'),
  criticalValue: z.number().describe('in standard errors'),
  standardError: z.number().describe('of the effect, at these units, in units of the scale'),
  degreesOfFreedom: z.number().nullable().describe('null: normal reference'),
  controlValue: z.number().describe('in units of the metric'),
  treatmentValue: z.number().describe('under the effect, in units of the metric'),
  varianceFactor: z.number().describe('variance of a randomisation unit over that of one measured unit without covariates'),
  formula: z.string().describe('how it was computed'),
};
export type Planned = z.output<z.ZodObject<typeof plannedShape>>;

/** How a rule of inference fares at one size (effect or margin) and number of units. */
export interface Evaluation {
  readonly power: number;
  readonly criticalValue: number;
  readonly contrast: PlannedContrast;
  /** true effect, in units of the scale */
  readonly effect: number;
  readonly isNormal: boolean;
}

export interface Comparison {
  readonly planner: string;
  readonly formula: string;
  readonly sizeName: 'effect' | 'margin';
  readonly setting: Setting;
  readonly prepared: PreparedSetting;
  readonly question: Question;
  /** sign of a size that is asked */
  readonly direction: 1 | -1;
  evaluate(size: number, units: number): Evaluation;
}

/** A plan, and the size (effect or margin) that it is for. */
export interface Solved {
  readonly size: number;
  readonly planned: Planned;
}

/** Fewest units in an arm for which a variance can be estimated. */
const FEWEST_IN_ARM = 2;

/** Solves for what the question leaves open, rounds each arm up to whole units, and reports the plan as it will be. */
export function planComparison(comparison: Comparison): Solved | Refusal {
  const { planner, question, prepared } = comparison;
  const units = unitsOf(question, planner);
  if (isRefusal(units)) return units;
  const fewest = (FEWEST_IN_ARM + 1e-9) / Math.min(prepared.treatmentShare, prepared.controlShare);
  if (units !== undefined && units < fewest) {
    return refuse('too_few_units', `${planner} needs at least 2 units in each arm; ${units} units give ${units * Math.min(prepared.treatmentShare, prepared.controlShare)} in the smallest`, `Plan with at least ${Math.ceil(fewest)} units.`);
  }
  const size = question.size ?? smallestSize(comparison, units!);
  if (isRefusal(size)) return size;
  if (comparison.sizeName === 'effect' && (size <= prepared.lowestEffect || size >= prepared.highestEffect)) {
    return refuse('unsupported_combination', `${planner} needs an effect that leaves the treatment rate in (0, 1); got ${prepared.treatmentValue(size)}`, 'Plan for a smaller effect.');
  }
  const needed = units ?? fewestUnits(comparison, size, fewest);
  if (isRefusal(needed)) return needed;
  return { size, planned: record(comparison, size, needed, units === undefined ? 'units' : question.size === undefined ? comparison.sizeName : 'power') };
}

function smallestSize(comparison: Comparison, units: number): number | Refusal {
  const { prepared, question, evaluate, direction, planner, sizeName } = comparison;
  const limit = sizeName === 'margin' ? Infinity : direction > 0 ? prepared.highestEffect : prepared.lowestEffect;
  const step = prepared.contrast(0, units).standardError;
  if (!(step > 0)) return refuse('zero_variance', `${planner} needs a metric that varies`, 'Give a positive standard deviation.');
  const solution = solveEffect((size) => evaluate(size, units).power, question.power!, step, limit);
  if (solution.isReached) return solution.value;
  return refuse('too_few_units', `${planner} finds no ${sizeName} with power ${question.power} at ${Math.floor(units)} units; the largest power is ${solution.power.toPrecision(3)}`, 'Plan for more units or less power, or reduce the variance.');
}

function fewestUnits(comparison: Comparison, size: number, fewest: number): number | Refusal {
  const { question, evaluate, planner, sizeName } = comparison;
  const solution = solveUnits((units) => evaluate(size, units).power, question.power!, fewest);
  if (solution.isReached) return solution.value;
  return refuse('too_few_units', `${planner} finds no number of units up to ${MOST_UNITS} with power ${question.power} for ${sizeName} ${size}; there it is ${solution.power.toPrecision(3)}`, 'Plan for a larger effect or margin, or for less power.');
}

function record(comparison: Comparison, size: number, needed: number, solvedFor: Planned['solvedFor']): Planned {
  const { setting, prepared, evaluate } = comparison;
  // a bisection ends a hair above a whole number as often as below
  const unitsByArm = setting.allocation.map((share) => Math.ceil(share * needed * (1 - 1e-12)));
  const units = unitsByArm.reduce((sum, count) => sum + count, 0);
  const at = evaluate(size, solvedFor === 'units' ? units : needed);
  return {
    status: 'planned', solvedFor, scale: setting.scale, effect: at.effect, power: at.power, units, unitsByArm,
    randomisationUnit: prepared.randomisationUnit,
    observations: units * prepared.observationsPerUnit,
    days: setting.traffic ? daysToReach(needed, setting.traffic) : null,
    alphaPerComparison: prepared.alpha,
    criticalValue: at.criticalValue,
    standardError: at.contrast.standardError,
    degreesOfFreedom: at.isNormal ? null : at.contrast.degreesOfFreedom,
    controlValue: prepared.controlValue,
    treatmentValue: prepared.treatmentValue(at.effect),
    varianceFactor: prepared.varianceFactor,
    formula: comparison.formula,
  };
}
