import { z } from 'zod';
import { alternatives } from '../../inference/inference.js';
import { refuse, type Refusal } from '../../refusal.js';
import { unitsAfter, type Traffic } from './duration.js';

/** Which effects count. */
export const plannedAlternativeSchema = z.enum(alternatives).meta({ id: 'PlannedAlternative' });
/** Sign of a smallest detectable effect, or which way is better. */
export const plannedDirectionSchema = z.enum(['increase', 'decrease']).meta({ id: 'PlannedDirection' });

const known = {
  units: z.number().gte(4).optional().describe('randomisation units of all arms together; absent: planned'),
  days: z.number().int().gte(1).optional().describe('days of traffic, instead of units'),
  power: z.number().gt(0).lt(1).optional().describe('chance to reject when the effect is real, a fraction; absent: planned'),
};

/** Two of effect, units (or days) and power are given; the third is planned. */
export const questionShape = {
  effect: z.number().refine((effect) => effect !== 0, { message: 'must not be 0' }).optional()
    .describe('true effect to detect, in units of the scale, with its sign; absent: the smallest detectable one is planned'),
  ...known,
};
/** As above, with the margin in the place of the effect. */
export const marginQuestionShape = {
  margin: z.number().gt(0).optional().describe('largest difference that does not matter, in units of the scale; absent: the smallest one that can be shown is planned'),
  ...known,
};

export interface Question {
  readonly size?: number;
  readonly units?: number;
  readonly days?: number;
  readonly power?: number;
  readonly traffic?: Traffic;
}

/** Refinement of a planner's options. */
export const asksOneThing = (options: { effect?: number; margin?: number; units?: number; days?: number; power?: number; traffic?: Traffic }): boolean => {
  const given = [options.effect ?? options.margin, options.units ?? options.days, options.power].filter((value) => value !== undefined).length;
  return given === 2 && !(options.units !== undefined && options.days !== undefined) && !(options.days !== undefined && !options.traffic);
};
export const asksOneThingMessage = 'give two of effect (or margin), units and power, and the third is planned; days with traffic may stand for units';

/** Units that a question fixes; undefined: they are asked. */
export function unitsOf(question: Question, planner: string): number | undefined | Refusal {
  if (question.days === undefined) return question.units;
  const units = unitsAfter(question.days, question.traffic!);
  return units >= 4 ? units : refuse('too_few_units', `${planner} needs at least 4 units; ${question.days} days bring ${Math.floor(units)} whose values are known`, 'Plan for more days, more traffic or a shorter window.');
}
