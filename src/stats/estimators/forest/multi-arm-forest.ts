import { z } from 'zod';
import { armAverages } from '../../forest/arm-averages.js';
import { growMultiArmForest } from '../../forest/multi-arm-forest.js';
import { variableImportance } from '../../forest/variable-importance.js';
import { isRefusal } from '../../refusal.js';
import { correctedEffect, correctFamily, familyCorrections } from '../corrected-effects.js';
import { category, defineEstimator, OptionsError, type Category } from '../estimator.js';
import { importanceAnswer, importanceSchema, spreadAnswer, spreadSchema } from './forest-answers.js';
import { forestInput, forestRoles, otherForestOptions } from './forest-input.js';

const { propensity: _, ...shared } = otherForestOptions;
const options = z.strictObject({
  control: z.string().optional().describe('level of the treatment column that every other arm is compared with; absent: the first'),
  propensities: z.array(z.number().gt(0).lt(1)).nullable().default(null).describe('share of each arm by design, in the order of the levels, when units were randomised alike; null: estimated'),
  correction: z.enum(familyCorrections).default('holm').describe('of all contrasts, over arms and outcomes, as one family'),
  ...shared,
});

const contrastSchema = z.object({
  outcome: z.string().describe('name of the outcome'),
  arm: z.string().describe('level that is compared with the control'),
  ...correctedEffect,
  spread: spreadSchema,
}).meta({ id: 'ArmContrast', description: 'Average effect of an arm against the control on one outcome, in units of the outcome.' });

const result = z.object({
  control: z.string().describe('arm that the others are compared with'),
  contrasts: z.array(contrastSchema).describe('by outcome, then arm'),
  arms: z.array(z.object({
    arm: z.string().describe('level of the treatment column'),
    n: z.number().int().describe('units'),
    lowestPropensity: z.number().describe('least probability of the arm given the covariates over all units, in [0, 1]'),
  })).describe('control first'),
  importance: importanceSchema,
  n: z.number().int().describe('units averaged over, the same for every arm'),
  independentUnits: z.number().int().describe('independent groups behind the errors: clusters, or units'),
  trimmedShare: z.number().describe('share of units left out for want of overlap, in [0, 1]'),
});

/** Average effects of several arms against one control, on one outcome or several, by one honest forest. */
export const multiArmForest = defineEstimator({
  name: 'multi_arm_forest',
  title: 'multi-arm causal forest',
  estimand: 'E[Y(k) - Y(0)] for every arm k against the control 0, and every outcome',
  references: ['Athey, Tibshirani, Wager (2019), Annals of Statistics 47(2)', 'Nie, Wager (2021), Biometrika 108(2)', 'Robins, Rotnitzky, Zhao (1994), JASA 89(427)'],
  data: {
    ...forestRoles,
    outcome: { kind: 'numeric', many: true, required: true, description: 'outcomes of each unit; one or several' } as const,
    treatment: category('arm of each unit; two to sixteen'),
  },
  options,
  result,
  async estimate({ outcome, treatment, ...columns }, chosen, context) {
    const { control, propensities, order } = armsOf(treatment, chosen);
    const { engine, data: { features, x, categorical, weight, cluster }, choices, overlap, engineOptions } = forestInput(
      { ...columns, outcome: outcome[0]!, treatment: { name: treatment.name, values: Float64Array.from(treatment.codes) } }, { ...chosen, propensity: null }, context);
    const forest = await growMultiArmForest(engine, {
      features, x, categorical: categorical ?? [], weight: weight ?? null, cluster: cluster ?? null,
      y: Object.fromEntries(outcome.map(({ name, values }) => [name, values])),
      arms: order.map((code) => treatment.levels[code]!), arm: treatment.codes.map((code) => order.indexOf(code)),
      ...(propensities && { propensities: order.map((code) => new Float64Array(treatment.codes.length).fill(propensities[code]!)) }),
    }, { ...choices, minNodeSize: chosen.minNodeSize }, engineOptions);
    if (isRefusal(forest)) return forest;
    const found = armAverages(forest, overlap);
    if (isRefusal(found)) return found;
    const corrected = correctFamily(found.averages, chosen.level, chosen.correction);
    return {
      control,
      contrasts: found.averages.map(({ outcome: on, arm }, i) => ({ outcome: on, arm, ...corrected[i]!, spread: spreadAnswer(forest.tauHat[i]!) })),
      arms: forest.arms.map((arm, k) => ({
        arm, n: forest.arm.reduce((count, code) => count + (code === k ? 1 : 0), 0), lowestPropensity: forest.propensities[k]!.reduce((least, share) => Math.min(least, share), 1),
      })),
      importance: importanceAnswer(forest.features, variableImportance(forest.trees, forest.features.length)),
      n: found.rows.length, independentUnits: found.groups, trimmedShare: found.trimmedShare,
    };
  },
});

/** Codes of the arms, control first. @throws OptionsError when the control or the propensities do not fit the levels */
function armsOf({ name, levels }: Category, { control = levels[0]!, propensities }: z.output<typeof options>) {
  if (!levels.includes(control)) throw new OptionsError(`control must be one of ${levels.join(', ')}; got "${control}"`, ['control']);
  if (propensities && propensities.length !== levels.length) {
    throw new OptionsError(`propensities must have one share for each of the ${levels.length} levels of ${name}; got ${propensities.length}`, ['propensities']);
  }
  if (propensities && Math.abs(propensities.reduce((sum, share) => sum + share, 0) - 1) > SUM_ROUNDING) {
    throw new OptionsError(`propensities must sum to 1; they sum to ${propensities.reduce((sum, share) => sum + share, 0)}`, ['propensities']);
  }
  const first = levels.indexOf(control);
  return { control, propensities, order: [first, ...levels.map((_level, code) => code).filter((code) => code !== first)] };
}

/** Shares written with six digits still sum to 1. */
const SUM_ROUNDING = 1e-5;
