import { durationSeconds } from '../vocabulary.js';
import { controlArm, covariateOf, uptakeColumns, type Plan, type PlanIssue } from '../plan.js';
import { areUnitsIndependent } from './independence.js';
import { combinationsOf, factorLevels } from './contrasts.js';
import type { DesignOf } from './design.js';

/** What the shape of a design cannot say: columns that must be there, arms that it needs, windows that it sets itself. */
export function* designIssues(plan: Plan): Generator<PlanIssue> {
  yield* combinedIssues(plan);
  const { design, exposures } = plan;
  if (design?.kind !== 'factorial' && exposures.arm === undefined) yield { message: 'exposures need the column of the arm', path: ['exposures', 'arm'] };
  if (!design || plan.arms.filter(({ control }) => control).length !== 1) return;
  if (plan.heterogeneity) yield { message: 'the search for segments compares units that were each randomised; leave heterogeneity out, or the design', path: ['heterogeneity'] };
  const about = (message: string): PlanIssue => ({ message, path: ['design'] });
  if (!areUnitsIndependent(plan) && plan.segments.length > 0) {
    yield { message: `segments are of units, and this design randomises ${design.kind === 'switchback' ? 'buckets of time' : 'groups of them'}; leave segments out, or analyse a part with exposures.exclude`, path: ['segments'] };
  }
  for (const column of attributesOf(plan)) {
    if (!exposures.attributes.includes(column)) yield about(`the design reads ${column}, which is not among exposures.attributes (${exposures.attributes.join(', ') || 'none'})`);
  }
  switch (design.kind) {
    case 'switchback': return yield* switchbackIssues(plan, design);
    case 'factorial': return yield* factorialIssues(plan, design);
    case 'encouragement': {
      const { uptake } = design;
      if ('fact' in uptake && !plan.facts.some(({ name }) => name === uptake.fact)) yield about(`uptake reads fact ${uptake.fact}, which the plan does not have (${plan.facts.map(({ name }) => name).join(', ') || 'it has none'})`);
      return;
    }
    case 'holdout': {
      if (plan.arms.length !== 2) yield about(`a holdout has two arms, held out (the control) and everyone else; the plan has ${plan.arms.length}`);
      return;
    }
    case 'paired': {
      if (plan.arms.length !== 2) yield about(`pairs have two arms; the plan has ${plan.arms.length}`);
      return;
    }
  }
}

/** Attributes that a design reads beside its metrics. */
function attributesOf(plan: Plan): readonly string[] {
  switch (plan.design?.kind) {
    case 'stratified': return plan.design.columns;
    case 'rerandomised': return plan.design.covariates;
    default: return uptakeColumns(plan);
  }
}

function* combinedIssues({ combined = [], arms, design }: Plan): Generator<PlanIssue> {
  const names = arms.map(({ name }) => name);
  for (const [i, { name, arms: members }] of combined.entries()) {
    const at = (message: string): PlanIssue => ({ message, path: ['combined', i] });
    if (names.includes(name) || combined.findIndex((other) => other.name === name) < i) yield at(`${name} is the name of another arm`);
    for (const member of members) {
      const arm = arms.find((candidate) => candidate.name === member);
      if (!arm) yield at(`combined arm ${name} holds ${member}, which is not an arm of the plan (${names.join(', ')})`);
      else if (arm.control) yield at(`combined arm ${name} must not hold the control, ${member}`);
    }
    if (new Set(members).size < members.length) yield at(`combined arm ${name} names an arm twice`);
    if (design?.kind === 'factorial') yield at('a factorial design reads levels over all combinations already; leave combined out');
  }
}

function* switchbackIssues(plan: Plan, design: DesignOf<'switchback'>): Generator<PlanIssue> {
  const [bucket, block] = [design.bucket, design.block].map(durationSeconds) as [number, number];
  if (block % bucket !== 0) yield { message: `a block must be a whole number of buckets; ${design.block} is not of ${design.bucket}`, path: ['design', 'block'] };
  if (design.burnIn * bucket >= block) yield { message: `burn-in of ${design.burnIn} buckets leaves nothing of a block of ${block / bucket}`, path: ['design', 'burnIn'] };
  if (plan.arms.length !== 2) yield { message: `a switchback has two arms; the plan has ${plan.arms.length}`, path: ['arms'] };
  if (plan.exposures.time === undefined) yield { message: 'a switchback needs exposure times', path: ['exposures', 'time'] };
  for (const [i, { name, time }] of plan.facts.entries()) if (time === undefined) yield { message: `a switchback needs event times, and fact ${name} has no time column`, path: ['facts', i] };
  for (const [i, metric] of plan.metrics.entries()) {
    if (metric.window !== undefined) yield { message: `metric ${metric.name} has a window, and in a switchback every metric is read over its bucket of time; leave the window out`, path: ['metrics', i, 'window'] };
    if (covariateOf(metric)?.pre !== undefined) yield { message: `metric ${metric.name} has a pre-period, and a bucket of time has none; name columns of exposures instead, such as the same hour a week before`, path: ['metrics', i, 'covariate'] };
  }
}

function* factorialIssues(plan: Plan, { factors }: DesignOf<'factorial'>): Generator<PlanIssue> {
  const wrong = plan.arms.find(({ name }) => name.split(' / ').length !== factors.length);
  if (wrong) return yield { message: `an arm of this design is a level of each of ${factors.map(({ name }) => name).join(', ')}, joined by " / "; got "${wrong.name}"`, path: ['arms'] };
  const levels = factorLevels(plan);
  const names = new Set(plan.arms.map(({ name }) => name));
  const few = levels.findIndex((of) => of.length < 2);
  if (few >= 0) return yield { message: `factor ${factors[few]!.name} has one level, ${levels[few]![0]}`, path: ['arms'] };
  const missing = combinationsOf(levels).filter((name) => !names.has(name));
  if (missing.length > 0) yield { message: `a factorial plan lists every combination of levels as an arm; it lacks ${missing.join(', ')} (control ${controlArm(plan).name})`, path: ['arms'] };
}
