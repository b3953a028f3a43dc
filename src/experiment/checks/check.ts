import type { Check, Comparison } from '../analysis.js';
import { ACTIONS } from './actions.js';
import type { CohortLift } from '../compare/cohort-lifts.js';
import type { Plan } from '../plan.js';
import type { Summaries } from '../summaries.js';

/** One question about the data, asked before any effect is believed. Null: the plan gives nothing to ask about. */
export type CheckFunction = (plan: Plan, summaries: Summaries) => Check | null;

/** What was estimated, for the checks that look at effects. */
export interface EffectEvidence { readonly comparisons: readonly Comparison[]; readonly cohorts: readonly CohortLift[] }

/** One question about the effects: whether they look like effects at all. */
export type EffectCheck = (plan: Plan, effects: EffectEvidence, summaries: Summaries) => Check | null;

/** A check whose failure makes the verdict invalid. */
export const blocking = (name: Check['name'], status: Check['status'], sentence: string, pValue: number | null = null): Check =>
  ({ name, status, blocking: true, sentence, pValue, action: actionOf(name, status) });

/** A check that informs; its failure alone does not make the verdict invalid. */
export const informing = (name: Check['name'], status: Check['status'], sentence: string, pValue: number | null = null): Check =>
  ({ name, status, blocking: false, sentence, pValue, action: actionOf(name, status) });

const actionOf = (name: Check['name'], status: Check['status']): string | null => (status === 'pass' ? null : ACTIONS[name]);

/** An adjusted p-value below which a check that only informs speaks up. */
export const SURPRISING = 0.01;

/** Share of a whole that may be missing, repeated or unusable before a check speaks up. */
export const NOTABLE_SHARE = 0.01;
