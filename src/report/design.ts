import type { Analysis, DesignReport } from '../experiment/analysis.js';
import { describeSet } from '../experiment/decide/clause.js';
import { formatDifference, formatP, formatShare } from '../experiment/format.js';
import type { Plan } from '../experiment/plan.js';

/** The design of an experiment whose units were not simply randomised, as it is told. Strings are plain text. */
export interface DesignModel {
  readonly title: string;
  readonly randomised: string;
  readonly estimand: string;
  readonly assumptions: readonly string[];
  /** what was seen and estimated beside the effects */
  readonly seen: readonly string[];
}

export function designModel({ plan, design }: Analysis): DesignModel | null {
  if (!design) return null;
  const { title, randomised, estimand, assumptions, notes, findings } = design;
  return { title, randomised, estimand, assumptions, seen: [...notes, ...findings.map((finding) => findingText(plan, finding))] };
}

function findingText(plan: Plan, { metric, treatment, quantity, effect }: DesignReport['findings'][number]): string {
  const about = `${metric} in ${treatment}, ${quantity}`;
  if (effect.status === 'refused') return `${about}: cannot be said, as ${effect.detail}.`;
  const unit = quantity.includes('first stage') ? undefined : plan.metrics.find(({ name }) => name === metric)?.unit;
  const format = (value: number): string => formatDifference(value, unit);
  return `${about}: ${format(effect.estimate)}, ${formatShare(1 - plan.decision.alpha)} ${describeSet(effect.interval, format)}, ${formatP(effect.pValue, plan.decision.alpha)}.`;
}
