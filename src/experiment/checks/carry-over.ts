import { cochranQ } from '../../stats/checks/cochran-q.js';
import { assignmentIndependence } from '../../stats/estimators/interaction/assignment-independence.js';
import { formatCounted, formatP } from '../format.js';
import type { Plan } from '../plan.js';
import { NO_VALUE, type Summaries } from '../summaries.js';
import { informing, SURPRISING, type EffectCheck, type EffectEvidence } from './check.js';

interface Tested { readonly sentence: string; readonly pValue: number }

/**
 * Does an earlier experiment reach into this one? Of units that were in it: did their earlier arms fall on the arms of this one
 * evenly (chi-square), and is the effect on each metric of the rule the same whatever the earlier arm was (Cochran's Q)? Only for
 * segments that the plan calls an earlier experiment; p-values are Bonferroni-adjusted over all tests.
 * @see Cochran (1954), Biometrics 10(1); Kohavi et al. (2012), Trustworthy online controlled experiments: five puzzling outcomes explained, KDD
 */
export const carryOver: EffectCheck = (plan, effects, summaries) => {
  const earlier = plan.segments.filter((segment) => segment.earlierExperiment);
  if (earlier.length === 0) return null;
  const tested = earlier.flatMap(({ name }) => [...splitTest(plan, summaries, name), ...effectTests(plan, effects, name)]);
  if (tested.length === 0) return informing('carry_over', 'warn', 'Too few units were in the earlier experiments to test whether they reach into this one.');
  const worst = tested.reduce((a, b) => (b.pValue < a.pValue ? b : a));
  const pValue = Math.min(1, worst.pValue * tested.length);
  return pValue < SURPRISING
    ? informing('carry_over', 'warn', `${worst.sentence}: chance alone would do this with adjusted ${formatP(pValue, SURPRISING)}.`, pValue)
    : informing('carry_over', 'pass', `No earlier experiment is seen to reach into this one, ${formatCounted(tested.length, 'test')}; smallest adjusted ${formatP(pValue, SURPRISING)}.`, pValue);
};

function splitTest({ arms }: Plan, { exposures }: Summaries, segment: string): Tested[] {
  const rows = exposures.segments.filter((row) => row.segment === segment && row.value !== NO_VALUE);
  const values = [...new Set(rows.map(({ value }) => value))];
  if (values.length < 2) return [];
  const counts = values.flatMap((value) => arms.map(({ name }) => rows.find((row) => row.value === value && row.arm === name)?.units ?? 0));
  const test = assignmentIndependence(counts, values.length, arms.length);
  return test ? [{ sentence: `Units from the arms of ${segment} did not fall evenly on the arms of this experiment, so that what it did to them is mistaken for an effect`, pValue: test.pValue }] : [];
}

function effectTests(plan: Plan, { comparisons }: EffectEvidence, segment: string): Tested[] {
  const { goals, guardrails } = plan.decision;
  return [...goals, ...guardrails].flatMap(({ metric }) => [...new Set(comparisons.map(({ treatment }) => treatment.arm))].flatMap((arm) => {
    const effects = comparisons.flatMap((row) => (row.metric === metric && row.treatment.arm === arm && row.segment?.name === segment && row.segment.value !== NO_VALUE && row.difference.status === 'estimated' ? [row.difference] : []));
    if (effects.length < 2) return [];
    return [{ sentence: `The effect on ${metric} in ${arm} depends on the arm that units had in ${segment}`, pValue: cochranQ(effects).pValue }];
  }));
}
