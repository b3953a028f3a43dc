import { jointTest } from '../../stats/effects/joint-test.js';
import { leastInStratum } from '../../stats/effects/strata.js';
import { MOST_ENUMERATED } from '../../stats/effects/sign-flips.js';
import { isRefusal } from '../../stats/refusal.js';
import type { MetricOutcome } from '../compare/metric-outcomes.js';
import { formatCount, formatCounted, formatList, formatP } from '../format.js';
import type { Plan } from '../plan.js';
import type { Summaries } from '../summaries.js';
import { factorialTerms } from './contrasts.js';
import { factorialCells } from './effects/cells.js';
import { blocksOf } from './effects/switchback.js';
import { overall } from './findings.js';
import { unsupported } from './unsupported.js';

/** What was seen of the design, one sentence each. */
export function designNotes(plan: Plan, summaries: Summaries, outcomes: ReadonlyMap<string, MetricOutcome>): string[] {
  const { design } = plan;
  const groups = (summaries.exposures.groups ?? []).filter(({ units }) => units > 0);
  const ofArm = (arm: string) => groups.filter((group) => group.arm === arm);
  switch (design?.kind) {
    case 'cluster': {
      const sizes = groups.map(({ units }) => units);
      if (sizes.length === 0) return [];
      return [`Clusters: ${formatList(plan.arms.map(({ name }) => `${name} ${formatCount(ofArm(name).length)}`))}; of ${formatCount(Math.min(...sizes))} to ${formatCounted(Math.max(...sizes), 'unit')}.`];
    }
    case 'switchback': {
      const blocks = blocksOf(summaries.exposures, design);
      return [`Blocks: ${formatList(plan.arms.map(({ name }) => `${name} ${formatCount(blocks.get(name) ?? 0)}`))}; ${formatCounted(summaries.exposures.units, 'bucket')} of time.`];
    }
    case 'stratified': {
      const strata = [...new Set(groups.map(({ group }) => group))].sort();
      const units = (stratum: string, arm: string): number => groups.find(({ group, arm: of }) => group === stratum && of === arm)?.units ?? 0;
      const small = strata.filter((stratum) => plan.arms.some(({ name }) => units(stratum, name) < leastInStratum(0)));
      return [`${formatCounted(strata.length, 'stratum').replace(/stratums$/, 'strata')}${small.length > 0 ? `; ${formatList(small)} had too few units in an arm and ${small.length === 1 ? 'was' : 'were'} merged` : ''}.`];
    }
    case 'paired': {
      const pairs = new Set(groups.map(({ group }) => group)).size;
      return [`${formatCounted(pairs, 'pair')}: ${pairs <= MOST_ENUMERATED ? `all ${formatCount(2 ** pairs)} ways in which the coins could have fallen were compared` : 'ten thousand ways in which the coins could have fallen were compared'}.`];
    }
    case 'factorial': return interactionTests(plan, summaries, outcomes);
    default: return [];
  }
}

/** One sentence a metric and set of factors: is there any interaction of them? */
function interactionTests(plan: Plan, { metrics }: Summaries, outcomes: ReadonlyMap<string, MetricOutcome>): string[] {
  const terms = factorialTerms(plan).filter(({ isMainEffect }) => !isMainEffect);
  return plan.metrics.flatMap((metric) => {
    const summary = metrics.find((candidate) => candidate.metric === metric.name);
    const outcome = outcomes.get(metric.name)!.outcome;
    if (terms.length === 0 || !summary || unsupported(plan, metric) || isRefusal(outcome)) return [];
    const test = jointTest(factorialCells(plan, summary, overall(summary), outcome), terms.map(({ controlWeights, treatmentWeights }) => treatmentWeights.map((weight, i) => weight - controlWeights[i]!)));
    if (isRefusal(test)) return [`Whether factors interact on ${metric.name} cannot be said: ${test.detail}.`];
    return [`${metric.name}: a test of no interaction at all has ${formatP(test.pValue, plan.decision.alpha)}${test.pValue < plan.decision.alpha ? '; main effects are averages over levels that differ' : ''}.`];
  });
}
