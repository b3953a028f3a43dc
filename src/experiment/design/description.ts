import type { Comparison } from '../analysis.js';
import { formatCounted, formatList } from '../format.js';
import type { Plan } from '../plan.js';
import type { MetricSummary } from '../summaries.js';
import { factorLevels } from './contrasts.js';
import type { Part } from './effects.js';

/** What the design does to the method of a row, in words; empty where units were randomised one by one. */
export function designWords({ design }: Plan, { covariates, cupac }: Pick<MetricSummary, 'covariates' | 'cupac'>, role: Comparison['role'], part: Part): string {
  const adjusted = covariates.length > 0;
  const lin = adjusted ? `, regression adjustment (Lin${cupac ? `; CUPAC: ${formatCounted(cupac.features.length, 'feature')}, ${cupac.folds} folds` : ''})` : '';
  switch (design?.kind) {
    case 'cluster': return `, clusters of ${design.cluster} (${adjusted ? 'delta method over totals' : 'CR2'})${lin}`;
    case 'switchback': return `, switchback regression over blocks of ${design.block}${adjusted ? ', adjusted for covariates' : ''}`;
    case 'stratified': return `${part === 'all' ? ', post-stratified' : ''}${lin}`;
    case 'factorial': return `, averaged over the other factors${lin}`;
    case 'encouragement': return role === 'guardrail' ? `, intention to treat${lin}` : `, complier effect (two-stage least squares, Anderson-Rubin)${lin}`;
    case 'paired': return `, within pairs, by flipping coins${adjusted ? ', less the difference before' : ''}`;
    default: return lin;
  }
}

export interface DesignDescription {
  readonly title: string;
  readonly estimand: string;
  readonly randomised: string;
  readonly assumptions: readonly string[];
}

/** A design as a reader of the report meets it; undefined where units were randomised one by one. */
export function describeDesign(plan: Plan): DesignDescription | undefined {
  const { design } = plan;
  switch (design?.kind) {
    case undefined: return undefined;
    case 'cluster': return {
      title: `Cluster-randomised by ${design.cluster}`, randomised: `whole values of ${design.cluster}`,
      estimand: 'the effect on the average unit, with large clusters counting for more',
      assumptions: ['A unit is affected by the arm of its own cluster alone.', 'Who belongs to a cluster does not depend on its arm.', 'Degrees of freedom follow the number of clusters, not of units.'],
    };
    case 'switchback': return {
      title: `Switchback: blocks of ${design.block}, read in buckets of ${design.bucket}`, randomised: `blocks of ${design.block} of each ${plan.exposures.unit}`,
      estimand: design.lags > 0 ? `always treated against never treated, over the present bucket and ${formatCounted(design.lags, 'lag')}` : 'treated against untreated buckets',
      assumptions: [
        carryOver(design.lags, design.burnIn),
        'The arm of each block was decided by a toss of its own.',
        `One ${plan.exposures.unit} does not affect another.`,
      ],
    };
    case 'stratified': return {
      title: `Stratified by ${formatList(design.columns)}`, randomised: 'units, within strata or before them',
      estimand: 'the average over all units of the effects within strata',
      assumptions: ['Strata were known before exposure.', 'Strata in which an arm has too few units are merged into the largest.', 'Segments are compared without strata, which is right and somewhat wide.'],
    };
    case 'rerandomised': return {
      title: `Re-randomised until ${formatList(design.covariates)} were balanced`, randomised: 'units, by an allocation that was accepted',
      estimand: 'the effect on the average unit', assumptions: [rerandomisedNote(plan, design.covariates), 'The rule of acceptance was fixed before and looked at these covariates alone.'],
    };
    case 'factorial': return {
      title: `Factorial: ${formatList(design.factors.map(({ name }, f) => `${name} (${factorLevels(plan)[f]!.join(', ')})`))}`, randomised: 'the levels of each factor, for each unit',
      estimand: 'effect of each level against the base of its factor, averaged equally over the combinations of the others; interactions as differences of those',
      assumptions: ['Factors were randomised independently of each other.', 'A main effect is an average: where an interaction is not zero, it differs between levels of the other factor.'],
    };
    case 'encouragement': return {
      title: 'Encouragement', randomised: 'the encouragement of each unit, not its uptake',
      estimand: 'the effect of uptake on units that take up if and only if encouraged; of guardrails, the effect of encouragement on everybody',
      assumptions: ['Encouragement affects the outcome through uptake alone (exclusion).', 'Encouragement keeps nobody from taking up (monotonicity).', `Below a first-stage F of ${design.leastF} no complier effect is given; the Anderson-Rubin set holds however weak it is.`],
    };
    case 'holdout': return {
      title: `Holdout (${formatList(design.keys)}) against everyone else`, randomised: 'units, held out or not',
      estimand: 'the effect of all that was shipped or tested meanwhile, on the average unit',
      assumptions: ['Everyone else is one arm, whatever experiments they were in; the holdout is no variant of those.', 'Units keep their side for as long as the holdout runs.'],
    };
    case 'paired': return {
      title: `Pairs by ${design.pair}`, randomised: `which ${plan.exposures.unit} of each pair is treated`,
      estimand: 'the mean over pairs of treated less untreated',
      assumptions: ['A coin chose within each pair.', 'Intervals suppose an effect that is the same in all pairs (the same factor, for a lift); p-values suppose nothing beyond the coins.', `One ${plan.exposures.unit} does not affect another.`],
    };
  }
}

function carryOver(lags: number, burnIn: number): string {
  const parts = [
    ...(lags > 0 ? [`reaches at most ${formatCounted(lags, 'bucket')}, and is estimated`] : []),
    ...(burnIn > 0 ? [`is over after the first ${formatCounted(burnIn, 'bucket')} of a block, which ${burnIn === 1 ? 'is' : 'are'} left out`] : []),
  ];
  return parts.length > 0 ? `Carry-over ${formatList(parts)}.` : 'Treatment does not carry over into later buckets.';
}

function rerandomisedNote(plan: Plan, covariates: readonly string[]): string {
  const plain = plan.metrics.filter((metric) => !covariates.every((column) => ('covariate' in metric && metric.covariate && 'columns' in metric.covariate ? metric.covariate.columns : []).includes(column)));
  return plain.length === 0 ? 'Every metric is adjusted for the balanced covariates, so that its intervals are right.'
    : `${formatList(plain.map(({ name }) => name))} ${plain.length === 1 ? 'is' : 'are'} not adjusted for ${formatList(covariates)}, so ${plain.length === 1 ? 'its' : 'their'} intervals are wider than the allocation deserves; name them as covariates to make them right.`;
}
