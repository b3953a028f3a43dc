import { z } from 'zod';
import { clusteredContrast } from '../../effects/clustered-difference.js';
import { isRefusal } from '../../refusal.js';
import { category, defineEstimator, numeric } from '../estimator.js';
import { pooledOption, poolLevels } from '../pooled-levels.js';
import { answerTwoArms, treatmentRole, twoArmOptions, twoArmResult, twoLevels } from '../two-arms.js';
import { armsOfClusters, clusterArm, weighings } from './cluster-arms.js';

/** Difference in means where whole clusters were randomised, such as shops, schools or companies with many users. */
export const clusterDifference = defineEstimator({
  name: 'cluster_difference',
  title: 'cluster-randomised difference in means',
  estimand: 'E[Y | treatment] - E[Y | control], over units or over clusters',
  references: ['Bell, McCaffrey (2002), Survey Methodology 28(2)', 'Pustejovsky, Tipton (2018), JBES 36(4)', 'Su, Ding (2021), JRSS B 83(5)'],
  data: { outcome: numeric('outcome of each unit'), treatment: treatmentRole, cluster: category('what was randomised: the same arm for all its units') },
  options: z.strictObject({ ...twoArmOptions, ...pooledOption, weigh: z.enum(weighings).default('units').describe('units: large clusters count for more, and the effect is that on the average unit; clusters: the effect on the average cluster') }),
  result: z.object({ ...twoArmResult, units: z.number().int().describe('units of both arms; n of an arm counts clusters') }),
  estimate({ outcome, treatment, cluster }, given) {
    const { arms: column, options } = poolLevels(treatment, given);
    const levels = twoLevels(column, options);
    const arms = armsOfClusters(cluster, column, levels);
    if (isRefusal(arms)) return arms;
    const contrast = clusteredContrast(clusterArm(outcome, cluster, arms, 0, options.weigh), clusterArm(outcome, cluster, arms, 1, options.weigh));
    const answer = answerTwoArms(contrast, column, levels, options);
    return isRefusal(answer) ? answer : { ...answer, units: cluster.codes.reduce((count, group) => count + Number(arms[group]! >= 0), 0) };
  },
});
