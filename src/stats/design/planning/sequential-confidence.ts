import { z } from 'zod';
import { confidenceSequence } from '../../inference/confidence-sequence.js';
import { definePlanner } from './planner.js';
import { asksOneThing, asksOneThingMessage } from './question.js';
import { planWatched, watchedFormula, watchedResult, watchedShape } from './watched.js';

/** Power, sample size, smallest detectable effect and expected duration when an asymptotic confidence sequence is watched. */
export const sequentialConfidence = definePlanner({
  name: 'confidence_sequence',
  title: 'Watched by a confidence sequence',
  formula: watchedFormula(confidenceSequence),
  references: ['Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (2024), arXiv 2103.06476', 'Armitage, McPherson, Rowe (1969), JRSS A 132'],
  data: {},
  options: z.strictObject({
    ...watchedShape,
    tuningUnits: confidenceSequence.options.shape.tuningUnits.describe('units of the compared arms together at which the sequence is tightest; best near the planned number'),
  }).refine(asksOneThing, { message: asksOneThingMessage }),
  result: watchedResult,
  plan: (options) => planWatched(options, {
    name: 'confidence_sequence', method: confidenceSequence,
    optionsAt: (designAlpha) => ({ tuningUnits: options.tuningUnits, designAlpha }),
  }),
});
