import { z } from 'zod';
import { clusterMeanVariance } from '../../effects/cluster-mean.js';
import { clusteredQuantileContrast, type ClusteredQuantile } from '../../effects/clustered-quantile.js';
import { isRefusal, refuse } from '../../refusal.js';
import { valuesWhere } from '../../summaries/frame.js';
import { quantileSummaryOf } from '../../summaries/sample-quantile.js';
import { armsOfClusters, clusterArm } from '../cluster/cluster-arms.js';
import { category, defineEstimator, numeric, type Category, type Numeric } from '../estimator.js';
import { pooledOption, poolLevels } from '../pooled-levels.js';
import { answerTwoArms, treatmentRole, twoArmOptions, twoArmResult, twoLevels } from '../two-arms.js';

/** Difference of a quantile over events, such as the 95th percentile of page load time, where users were randomised and have many events each. */
export const clusteredQuantile = defineEstimator({
  name: 'clustered_quantile',
  title: 'difference of a quantile over clustered events',
  estimand: 'Q_p(events | treatment) - Q_p(events | control)',
  references: ['Deng, Knoblich, Lu (2018), KDD, section 4.2, arXiv 1803.06336', 'Yao, Li, Lu (2024), arXiv 2401.14549'],
  data: { outcome: numeric('value of each event'), treatment: treatmentRole, unit: category('who was randomised: the same arm for all events of a unit') },
  options: z.strictObject({ ...twoArmOptions, ...pooledOption, probability: z.number().gt(0).lt(1).default(0.5).describe('which quantile; 0.5 is the median') }),
  result: z.object({ ...twoArmResult, events: z.number().int().describe('events of both arms; n of an arm counts units') }),
  estimate({ outcome, treatment, unit }, given) {
    const { arms: column, options } = poolLevels(treatment, given);
    const levels = twoLevels(column, options);
    const arms = armsOfClusters(unit, column, levels);
    if (isRefusal(arms)) return arms;
    const counts = [0, 1].map((arm) => arms.reduce((count, of) => count + Number(of === arm), 0));
    if (Math.min(...counts) < 2) return refuse('too_few_units', `clusteredQuantile needs at least 2 units in each arm; got ${counts.join(' and ')}`, 'Wait for more units; more events of the same units do not help.');
    const [control, treated] = ([0, 1] as const).map((arm) => armQuantile(outcome, valuesWhere(outcome, column.codes, arm === 0 ? levels.control : levels.treatment), unit, arms, arm, options.probability)) as [ClusteredQuantile, ClusteredQuantile];
    const answer = answerTwoArms(clusteredQuantileContrast(control, treated), column, levels, options);
    return isRefusal(answer) ? answer : { ...answer, events: control.summary.n + treated.summary.n };
  },
});

/**
 * The neighbours are one clustered standard error of the share away. At 1.96 the density of 60 users is read so far out that its curvature
 * makes intervals wide: they held the truth in 95.8 % of runs, and hold it in 95.4 % at 1.
 */
const NEIGHBOUR_ERRORS = 1;

function armQuantile(outcome: Numeric, values: Float64Array, unit: Category, arms: Int32Array, arm: 0 | 1, probability: number): ClusteredQuantile {
  const { estimate } = quantileSummaryOf(values, probability);
  const below = { name: 'below', values: outcome.values.map((value) => Number(value <= estimate)) };
  const totals = clusterArm(below, unit, arms, arm, 'units');
  const { variance: shareVariance, degreesOfFreedom } = clusterMeanVariance(totals);
  const inflation = Math.sqrt(shareVariance / ((probability * (1 - probability)) / values.length));
  const summary = quantileSummaryOf(values, probability, NEIGHBOUR_ERRORS * (inflation > 0 ? inflation : 1));
  return { summary, shareVariance, clusters: totals.sizes.length, degreesOfFreedom };
}
