import type { Clause } from '../analysis.js';
import { formatCounted, formatList } from '../format.js';
import type { DoneItem, Plan } from '../plan.js';
import { clause, withStop } from './clause.js';

/** The definition of done: one clause an item; none when the plan does not ask for it. */
export function doneClauses({ decision, metrics }: Plan): Clause[] {
  const { done } = decision;
  if (!done) return [];
  const guards = (category: 'reliability' | 'latency') => decision.guardrails.map(({ metric }) => metric)
    .filter((name) => metrics.some((metric) => metric.name === name && metric.category === category));
  return [
    item('reliability_guardrail', present('A reliability guardrail', guards('reliability')), 'a reliability guardrail', 'Add a guardrail whose metric has the category reliability, or waive it with a reason.'),
    item('latency_guardrail', present('A latency guardrail', guards('latency')), 'a latency guardrail', 'Add a guardrail whose metric has the category latency, or waive it with a reason.'),
    item('monitoring', done.monitoring ? `The change is watched at ${done.monitoring}.` : null, 'a monitoring link', 'Add done.monitoring, the dashboard that watches the change, or waive it with a reason.'),
    item('rollback', done.rollback.length > 0 ? `${formatCounted(done.rollback.length, 'rollback criterion').replace('criterions', 'criteria')} ${done.rollback.length === 1 ? 'is' : 'are'} written down.` : null, 'rollback criteria', 'Add done.rollback, the sentences at which the change is rolled back, or waive it with a reason.'),
  ];

  function item(name: DoneItem, met: string | null, what: string, change: string): Clause {
    if (met) return clause('done', {}, 'met', met, 'Nothing: it is in the plan.');
    const waiver = done!.waived.find((waived) => waived.item === name);
    if (waiver) return clause('done', {}, 'met', `The definition of done asks for ${what}; waived, because: ${withStop(waiver.reason)}`, 'Withdrawing the waiver.');
    return clause('done', {}, 'open', `The definition of done asks for ${what}, and the plan has none.`, change);
  }
}

const present = (what: string, names: readonly string[]): string | null =>
  (names.length > 0 ? `${what} is in place: ${formatList(names)}.` : null);
