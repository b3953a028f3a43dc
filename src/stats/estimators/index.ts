import { sampleRatio } from './allocation/sample-ratio.js';
import { cuped } from './mean/cuped.js';
import { lin } from './mean/lin.js';
import { welch } from './mean/welch.js';
import { twoProportions } from './proportion/two-proportions.js';
import { quantile } from './quantile/quantile.js';
import { ratioDelta } from './ratio/ratio-delta.js';

/** Every estimator, in the order that lists show them. */
export const estimators = [welch, lin, cuped, twoProportions, ratioDelta, quantile, sampleRatio] as const;
