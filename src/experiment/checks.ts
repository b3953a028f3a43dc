import type { Check } from './analysis.js';
import type { CheckFunction, EffectCheck, EffectEvidence } from './checks/check.js';
import { carryOver } from './checks/carry-over.js';
import { constantMetric } from './checks/constant-metric.js';
import { covariateImbalance } from './checks/covariate-imbalance.js';
import { duplicateEvents } from './checks/duplicate-events.js';
import { emptyArm } from './checks/empty-arm.js';
import { implausibleLift } from './checks/implausible-lift.js';
import { lateData } from './checks/late-data.js';
import { minimumDuration } from './checks/minimum-duration.js';
import { minimumUnits } from './checks/minimum-units.js';
import { missingData } from './checks/missing-data.js';
import { multipleExposures } from './checks/multiple-exposures.js';
import { notFinite } from './checks/not-finite.js';
import { noveltyOrPrimacy } from './checks/novelty-or-primacy.js';
import { outlierInfluence } from './checks/outlier-influence.js';
import { prePeriodBias } from './checks/pre-period-bias.js';
import { sampleRatio } from './checks/sample-ratio.js';
import { sampleRatioBySegment } from './checks/sample-ratio-by-segment.js';
import { sampleRatioSequential } from './checks/sample-ratio-sequential.js';
import { unplannedArms } from './checks/unplanned-arms.js';
import { areUnitsIndependent } from './design/independence.js';
import { asRandomised } from './design/as-randomised.js';
import type { Plan } from './plan.js';
import type { Summaries } from './summaries.js';

/** In the order a reader should meet them: what makes a verdict invalid first. */
const CHECKS: readonly CheckFunction[] = [
  sampleRatio, emptyArm, multipleExposures, unplannedArms,
  minimumUnits, minimumDuration,
  sampleRatioSequential, sampleRatioBySegment, prePeriodBias, covariateImbalance, missingData, lateData, duplicateEvents, notFinite, constantMetric, outlierInfluence,
];

/** What counts units as if each were randomised by itself. */
const OF_UNITS: ReadonlySet<CheckFunction> = new Set([multipleExposures, sampleRatioSequential, sampleRatioBySegment, prePeriodBias, covariateImbalance]);
const SPLIT: ReadonlySet<CheckFunction> = new Set([sampleRatio]);

const appliesTo = (plan: Plan, check: CheckFunction): boolean =>
  areUnitsIndependent(plan) || (!OF_UNITS.has(check) && !(plan.design?.kind === 'paired' && SPLIT.has(check)));

const EFFECT_CHECKS: readonly EffectCheck[] = [implausibleLift, noveltyOrPrimacy, carryOver];

/**
 * Whether the data can be believed. A check that the plan gives no occasion for (no segments, no times, no key) is left out.
 * @param effects absent: none were estimated, and none are checked
 */
export const runChecks = (plan: Plan, summaries: Summaries, effects?: EffectEvidence): Check[] => [
  ...CHECKS.filter((check) => appliesTo(plan, check)).map((check) => check(plan, SPLIT.has(check) ? asRandomised(plan, summaries) : summaries)),
  ...(effects ? EFFECT_CHECKS.map((check) => check(plan, effects, summaries)) : []),
].filter((check) => check !== null);
