import { z } from 'zod';
import { hybrid } from '../../inference/hybrid.js';
import { definePlanner } from './planner.js';
import { asksOneThing, asksOneThingMessage } from './question.js';
import { planWatched, watchedFormula, watchedResult, watchedShape } from './watched.js';

/** Power, sample size, smallest detectable effect and expected duration when part of alpha pays for watching and the rest for one reading at the end. */
export const sequentialHybrid = definePlanner({
  name: 'hybrid',
  title: 'Watched with part of alpha, read at the end with the rest',
  formula: watchedFormula(hybrid),
  references: ['Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (2024), arXiv 2103.06476', 'Armitage, McPherson, Rowe (1969), JRSS A 132'],
  data: {},
  options: z.strictObject({
    ...watchedShape,
    tuningUnits: hybrid.options.shape.tuningUnits.describe('units of the compared arms together at which the sequence is tightest'),
    sequentialShare: hybrid.options.shape.sequentialShare,
  }).refine(asksOneThing, { message: asksOneThingMessage }),
  result: watchedResult,
  plan: (options) => planWatched(options, {
    name: 'hybrid', method: hybrid,
    optionsAt: (designAlpha, isPlannedEnd) => ({ tuningUnits: options.tuningUnits, sequentialShare: options.sequentialShare, designAlpha, isPlannedEnd }),
  }),
});
