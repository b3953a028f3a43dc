import { clusterContrasts, type ArmClusters } from '../../../stats/effects/cluster-totals.js';
import type { Contrast } from '../../../stats/effects/effect.js';
import type { Outcome } from '../../../stats/effects/outcome.js';
import { pairedContrast } from '../../../stats/effects/paired-regions.js';
import { leastInStratum, mergeSmallStrata, noStrata, strataContrasts, type Stratum } from '../../../stats/effects/strata.js';
import { refuse, type Refusal } from '../../../stats/refusal.js';
import { emptyMoments, mergeMoments, type Moments } from '../../../stats/summaries/moments.js';
import type { GroupSummary, MetricSummary } from '../../summaries.js';
import type { PlannedContrast } from '../contrasts.js';

type Groups = readonly GroupSummary[];

/** Clusters of each side of every contrast, compared at once. */
export function clusterEffects({ groups = [], outcomes }: MetricSummary, planned: readonly PlannedContrast[], outcome: Outcome): (Contrast | Refusal)[] {
  const torn = tornGroup(groups);
  if (torn !== undefined) {
    const refusal = refuse('not_identified', `clusters need to be in one arm each; ${torn} has units in several`, 'Name the column by which treatment was randomised, or leave the design out to compare units.');
    return planned.map(() => refusal);
  }
  const clusters = (arms: readonly string[]): ArmClusters => {
    const own = groups.filter(({ arm, n }) => n > 0 && arms.includes(arm));
    return { sizes: own.map(({ n }) => n), means: own.map(({ mean }) => mean) };
  };
  return clusterContrasts(clusters(planned[0]!.controlArms), planned.map(({ treatmentArms }) => clusters(treatmentArms)), outcomes.length, outcome);
}

/** A group with units in several arms. */
function tornGroup(groups: Groups): string | undefined {
  const arms = new Map<string, string>();
  for (const { group, arm, n } of groups) {
    if (n === 0) continue;
    if (arms.has(group) && arms.get(group) !== arm) return group;
    arms.set(group, arm);
  }
  return undefined;
}

/** Strata with all arms, so that each contrast reads the same weights; a combined arm is one of its own beside those it does not hold. */
export function strataEffects({ groups = [], outcomes, covariates }: MetricSummary, planned: readonly PlannedContrast[], outcome: Outcome): (Contrast | Refusal)[] {
  const single = planned.filter(({ treatmentArms }) => treatmentArms.length === 1);
  return planned.map((contrast) => {
    const others = single.filter(({ treatmentArms }) => !contrast.treatmentArms.includes(treatmentArms[0]!));
    const sides = [contrast.controlArms, contrast.treatmentArms, ...others.map(({ treatmentArms }) => treatmentArms)];
    const strata = mergeSmallStrata(stratumNames(groups).map((name): Stratum => ({ name, arms: sides.map((arms) => momentsOfArms(groups, name, arms, [...outcomes, ...covariates])) })), leastInStratum(covariates.length));
    return strata.length === 0 ? noStrata() : strataContrasts(strata, outcomes.length, outcome)[0]!;
  });
}

const stratumNames = (groups: Groups): string[] => [...new Set(groups.map(({ group }) => group))].sort();

function momentsOfArms(groups: Groups, stratum: string, arms: readonly string[], columns: readonly string[]): Moments {
  return groups.filter(({ group, arm }) => group === stratum && arms.includes(arm))
    .map(({ n, mean, scatter }): Moments => ({ n, columns, mean, scatter: scatter! }))
    .reduce(mergeMoments, emptyMoments(columns));
}

/** Both sides of every pair; what they had before is subtracted from the treated side. */
export function pairedEffect({ groups = [], outcomes, covariates }: MetricSummary, { controlArms: [control], treatmentArms: [treatment] }: PlannedContrast, outcome: Outcome): Contrast | Refusal {
  const names = stratumNames(groups.filter(({ n }) => n > 0));
  const sides = names.map((name) => ({ name, control: groups.find(({ group, arm, n }) => group === name && arm === control && n > 0), treatment: groups.find(({ group, arm, n }) => group === name && arm === treatment && n > 0) }));
  const broken = sides.find((pair) => !pair.control || !pair.treatment);
  if (broken) return refuse('not_identified', `pairs need both arms; ${broken.name} has one`, 'Leave the pair out, or add the unit that is missing.');
  const before = (group: GroupSummary): number => (covariates.length === 0 ? 0 : outcome.value(group.mean.slice(outcomes.length)));
  const now = (group: GroupSummary): number => outcome.value(group.mean.slice(0, outcomes.length));
  return pairedContrast({
    control: Float64Array.from(sides, (pair) => now(pair.control!)),
    treatment: Float64Array.from(sides, (pair) => now(pair.treatment!) - before(pair.treatment!) + before(pair.control!)),
  });
}
