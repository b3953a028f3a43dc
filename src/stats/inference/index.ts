import { confidenceSequence } from './confidence-sequence.js';
import { fixed } from './fixed.js';

/** Every way from an effect to an interval and a p-value. */
export const inferences = [fixed, confidenceSequence] as const;
