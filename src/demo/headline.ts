import type { Check, Comparison, Decision } from '../experiment/analysis.js';
import { formatLift, formatP } from '../experiment/format.js';

interface Findings {
  readonly decision: Decision;
  readonly checks: readonly Check[];
  readonly comparisons: readonly Comparison[];
}

/** What decided an analysis, in a few words: the check that failed, the metric that was harmed, or else the first goal. */
export function headline({ decision, checks, comparisons }: Findings): string {
  const failed = checks.find((check) => check.blocking && check.status === 'fail');
  if (decision.verdict === 'invalid' && failed) {
    return `${failed.name.replaceAll('_', ' ')} fails${failed.pValue === null ? '' : ` (${formatP(failed.pValue)})`}`;
  }
  const violated = decision.clauses.find((clause) => clause.status === 'violated' && clause.metric !== null);
  const overall = comparisons.filter((row) => row.segment === null);
  const row = violated
    ? overall.find((candidate) => candidate.metric === violated.metric && candidate.treatment.arm === violated.arm)
    : overall.find((candidate) => candidate.role === 'goal' && (decision.arm === null || candidate.treatment.arm === decision.arm));
  return row ? effectText(row) : '';
}

function effectText({ metric, lift }: Comparison): string {
  if (lift.status === 'refused') return `${metric} cannot be said`;
  const { lower, upper } = lift.interval;
  const range = lower === null || upper === null ? '' : ` (${formatLift(lower)} to ${formatLift(upper)})`;
  return `${metric} ${formatLift(lift.estimate)}${range}`;
}
