import { z } from 'zod';
import { growInstrumentalForest } from '../../forest/instrumental-forest.js';
import { localAverageEffect } from '../../forest/local-average-effect.js';
import { progressPart } from '../../forest/progress-part.js';
import { variableImportance } from '../../forest/variable-importance.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator, numeric } from '../estimator.js';
import { effectSchema } from '../two-arms.js';
import { effectAnswer, importanceAnswer, importanceSchema, spreadAnswer, spreadSchema } from './forest-answers.js';
import { forestInput, forestRoles, otherForestOptions } from './forest-input.js';

/** Staiger and Stock's rule of thumb. */
const WEAK = 10;

const { propensity: _, ...shared } = otherForestOptions;
const options = z.strictObject({
  ...shared,
  instrumentPropensity: z.number().gt(0).lt(1).nullable().default(null).describe('share whose instrument is 1 by design, when it was randomised alike for all; null: estimated'),
  leastF: z.number().gte(0).default(WEAK).describe('first-stage F below which there is no answer'),
  lowestPropensity: shared.lowestPropensity.describe('lowest propensity of the instrument that is weighted by'),
  highestPropensity: shared.highestPropensity.describe('highest propensity of the instrument that is weighted by'),
});

const result = z.object({
  effect: effectSchema.describe('average effect of the treatment on those whom the instrument moves, in units of the outcome per unit of the treatment'),
  everyone: effectSchema.nullable().describe('tau(x), the effect on those at x whom the instrument moves, averaged over all units and not by how many it moves; null where it hardly moves some, or moves them the other way'),
  reducedForm: effectSchema.describe('average effect of the instrument on the outcome'),
  firstStage: effectSchema.describe('average effect of the instrument on the treatment; with both 0 or 1, the share that is moved'),
  spread: spreadSchema,
  importance: importanceSchema,
  n: z.number().int().describe('units averaged over'),
  independentUnits: z.number().int().describe('independent groups behind the errors: clusters, or units'),
  trimmedShare: z.number().describe('share of units left out for want of overlap of the instrument, in [0, 1]'),
});

/** Effect of a treatment that units choose themselves, by an instrument that moves it; conditional on covariates, by an honest forest. */
export const instrumentalForest = defineEstimator({
  name: 'instrumental_forest',
  title: 'instrumental forest',
  estimand: 'E[Cov(Y, Z | X) / Var(Z | X)] / E[Cov(W, Z | X) / Var(Z | X)]: for a binary instrument E[Y(1) - Y(0) | compliers]',
  references: ['Athey, Tibshirani, Wager (2019), Annals of Statistics 47(2), section 7', 'Frölich (2007), Journal of Econometrics 139(1)', 'Staiger, Stock (1997), Econometrica 65(3)'],
  data: { ...forestRoles, treatment: numeric('whether, or how much of, the treatment a unit took'), instrument: numeric('1 where encouraged and 0 elsewhere, or a continuous instrument; as good as random given the covariates') },
  options,
  result,
  async estimate({ instrument, ...columns }, chosen, context) {
    const { engine, data, choices, overlap, engineOptions } = forestInput(columns, { ...chosen, propensity: null }, context);
    const forest = await growInstrumentalForest(engine, {
      ...data, z: instrument.values,
      ...(chosen.instrumentPropensity !== null && { zHat: new Float64Array(instrument.values.length).fill(chosen.instrumentPropensity) }),
    }, { ...choices, minNodeSize: chosen.minNodeSize }, progressPart(engineOptions, 0, FORESTS));
    if (isRefusal(forest)) return forest;
    const found = await localAverageEffect(engine, forest, overlap, chosen.leastF, progressPart(engineOptions, FORESTS, 1));
    if (isRefusal(found)) return found;
    return {
      effect: effectAnswer(found.effect, chosen.level),
      everyone: found.everyone && effectAnswer(found.everyone, chosen.level),
      reducedForm: effectAnswer(found.reducedForm, chosen.level),
      firstStage: effectAnswer(found.firstStage, chosen.level),
      spread: spreadAnswer(forest.tauHat),
      importance: importanceAnswer(forest.features, variableImportance(forest.trees, forest.features.length)),
      n: found.effect.n, independentUnits: found.groups, trimmedShare: found.trimmedShare,
    };
  },
});

/** Share of the work that is done when the forest is grown. */
const FORESTS = 0.8;
