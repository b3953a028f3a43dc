import { anytimeExact } from './anytime-exact.js';
import { bayesianNormal } from './bayesian-normal.js';
import { betaBinomial } from './beta-binomial.js';
import { confidenceSequence } from './confidence-sequence.js';
import { fixed } from './fixed.js';
import { groupSequential } from './group-sequential.js';
import { hybrid } from './hybrid.js';
import { mixtureSprt } from './mixture-sprt.js';

/** Every way from an effect to an interval and a p-value. */
export const inferences = [fixed, confidenceSequence, mixtureSprt, hybrid, groupSequential, bayesianNormal, betaBinomial, anytimeExact] as const;
