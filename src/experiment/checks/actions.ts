import type { Check } from '../analysis.js';

/** What to do when a check does not pass, one sentence each. */
export const ACTIONS: Readonly<Record<Check['name'], string>> = {
  sample_ratio: 'Compare assignment with exposure logging arm by arm (redirects, crashes, caches, bots, late loading), mend the cause, and start anew: what was lost cannot be weighted back.',
  sample_ratio_sequential: 'Stop and look at assignment and logging now: this test holds at every look, so waiting will not undo it.',
  sample_ratio_by_segment: 'Look at assignment and logging in the segment that is named; do not read effects of that segment until it is explained.',
  pre_period_bias: 'Look for an earlier experiment or a biased assignment; adjust for the pre-period, or start anew with another salt.',
  covariate_imbalance: 'Look at how units were assigned; adjust for the attribute that is named, or start anew with another salt.',
  carry_over: 'Adjust for the arm of the earlier experiment or leave its units out, and start the next experiment with another salt.',
  implausible_lift: 'Recompute the metric by hand for some units of either arm before anybody believes it.',
  novelty_or_primacy: 'Run longer and read the later cohorts: the average over all days is not what will last.',
  outlier_influence: 'Look at the unit (a bot, a reseller, a fault?); in the next plan cap or winsorise the metric, or exclude what is no customer.',
  multiple_exposures: 'Make assignment sticky by unit id, and check that the unit of exposures is the unit of randomisation.',
  unplanned_arms: 'Add the arm to the plan of a new start, or correct its spelling in the data.',
  missing_data: 'Mend the columns or tables that are named, and collect again.',
  late_data: 'Wait for the table and analyse again, or set asOf (for exposures: end) to where it ends.',
  duplicate_events: 'Make event delivery idempotent; the rows were counted once.',
  not_finite: 'Mend the values at their source; their rows were left out.',
  minimum_units: 'Wait for more units.',
  minimum_duration: 'Wait until whole weeks are in the data, or name the column of the exposure time.',
  empty_arm: 'Look at whether the arm is served and logged, and at the spelling of its name in the data.',
  constant_metric: 'Look at the tracking of the metric: one that does not vary says nothing.',
};
