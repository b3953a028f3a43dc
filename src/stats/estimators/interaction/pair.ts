import { z } from 'zod';
import { isRefusal } from '../../refusal.js';
import { category, defineEstimator, level, numeric, numerics, OptionsError, type Category } from '../estimator.js';
import { correctedEffect, correctFamily, familyCorrections } from '../corrected-effects.js';
import { experimentPair } from './experiment-pair.js';

/** A test whose outcome decides whether two experiments may be read apart. */
export const pairTest = {
  statistic: z.number().describe('Welch and James for effects, Pearson for assignment'),
  degreesOfFreedom: z.number().int().describe('contrasts'),
  pValue: z.number().describe('in [0, 1]'),
} as const;
const effectsAt = z.object({
  arm: z.string().describe('arm of the first experiment'), other: z.string().describe('arm of the second experiment in which it is read'),
  ...correctedEffect,
}).meta({ id: 'EffectWithinArm', description: 'Effect of one experiment in one arm of the other.' });

/** Two experiments on the same units: whether one changes what the other does, and whether they were assigned independently. */
export const interactionPair = defineEstimator({
  name: 'interaction',
  title: 'interaction of two experiments',
  estimand: '(E[Y | a, b] - E[Y | control, b]) - (E[Y | a, control] - E[Y | control, control]) for arms a and b',
  references: ['Kohavi, Tang, Xu (2020), Trustworthy online controlled experiments, chapter 18', 'Johansen (1980), Biometrika 67(1)'],
  data: { outcome: numeric('outcome of each unit'), first: category('arm in the first experiment'), second: category('arm in the second experiment'), covariates: numerics('known before exposure; adjusted for within each pair of arms') },
  options: z.strictObject({
    firstControl: z.string().optional().describe('control arm of the first experiment; absent: the first level'),
    secondControl: z.string().optional().describe('control arm of the second experiment; absent: the first level'),
    correction: z.enum(familyCorrections).default('holm').describe('of all pairs of arms as one family, and of the effects within arms as another'),
    level,
  }),
  result: z.object({
    interactions: z.array(z.object({ first: z.string().describe('arm of the first experiment'), second: z.string().describe('arm of the second experiment'), ...correctedEffect }).meta({ id: 'ArmInteraction', description: 'Difference of differences of one pair of arms.' })).describe('how much more two arms do together than the sum of each alone'),
    test: z.object({ ...pairTest, residualDegreesOfFreedom: z.number().describe('Johansen') }).describe('of no interaction in any pair of arms'),
    assignment: z.object(pairTest).nullable().describe('of independent assignment; null where a pair of arms is expected to have fewer than 5 units'),
    effects: z.array(effectsAt).describe('the first experiment in each arm of the second, where the outcome varies'),
    units: z.number().int().describe('units in both experiments'),
  }),
  estimate({ outcome, first, second, covariates }, options) {
    const controls = [controlOf(first, options.firstControl, 'firstControl'), controlOf(second, options.secondControl, 'secondControl')] as const;
    const pair = experimentPair(outcome, covariates, [first, second], controls);
    if (isRefusal(pair)) return pair;
    const at = pair.levels[1]!.flatMap((other, o) => pair.levels[0]!.slice(1).map((arm, a) => ({ arm, other, effect: pair.effectAt(a + 1, o) })));
    const effects = at.flatMap(({ arm, other, effect }) => (isRefusal(effect) ? [] : [{ arm, other, effect }]));
    const corrected = correctFamily(effects.map(({ effect }) => effect), options.level, options.correction);
    const together = correctFamily(pair.interactions.map(({ effect }) => effect), options.level, options.correction);
    return {
      interactions: pair.interactions.map(({ term }, i) => ({ first: term.levels[0]!, second: term.levels[1]!, ...together[i]! })),
      test: pair.test, assignment: pair.assignment,
      effects: effects.map(({ arm, other }, i) => ({ arm, other, ...corrected[i]! })),
      units: pair.units,
    };
  },
});

/** @throws OptionsError when the control is not a level, or there is but one level */
function controlOf({ name, levels }: Category, given: string | undefined, option: string): string {
  if (given !== undefined && !levels.includes(given)) throw new OptionsError(`${option} must be a level of ${name}: ${levels.join(', ')}; got "${given}"`, [option]);
  if (levels.length < 2) throw new OptionsError(`${name} must have at least two levels; it has ${levels.length}`, [option]);
  return given ?? levels[0]!;
}
