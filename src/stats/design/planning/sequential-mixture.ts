import { z } from 'zod';
import { mixtureSprt } from '../../inference/mixture-sprt.js';
import { definePlanner } from './planner.js';
import { asksOneThing, asksOneThingMessage } from './question.js';
import { planWatched, watchedFormula, watchedResult, watchedShape } from './watched.js';

/** Power, sample size, smallest detectable effect and expected duration when a mixture sequential probability ratio test is watched. */
export const sequentialMixture = definePlanner({
  name: 'mixture_sprt',
  title: 'Watched by a mixture sequential probability ratio test',
  formula: watchedFormula(mixtureSprt),
  references: ['Johari, Koomen, Pekelis, Walsh (2022), Operations Research 70', 'Armitage, McPherson, Rowe (1969), JRSS A 132'],
  data: {},
  options: z.strictObject({
    ...watchedShape,
    mixtureScale: mixtureSprt.options.shape.scale.describe('standard deviation of the mixture over effects, fixed before the start'),
    mixtureUnit: mixtureSprt.options.shape.unit.describe('of mixtureScale. sd: standard deviations of one unit; lift: a fraction of the control value'),
  }).refine(asksOneThing, { message: asksOneThingMessage }),
  result: watchedResult,
  plan: (options) => planWatched(options, {
    name: 'mixture_sprt', method: mixtureSprt,
    optionsAt: () => ({ scale: options.mixtureScale, unit: options.mixtureUnit }),
  }),
});
