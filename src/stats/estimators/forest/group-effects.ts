import { z } from 'zod';
import { effectTargets } from '../../forest/average-effect.js';
import { doublyRobustScores } from '../../forest/doubly-robust-scores.js';
import { groupEffects as effectsOfGroups } from '../../forest/group-effects.js';
import { isRefusal } from '../../refusal.js';
import { category, defineEstimator } from '../estimator.js';
import { setSchema } from '../two-arms.js';
import { averageAnswer, averageResult } from './forest-answers.js';
import { correctedForestOptions, designedRoles, forestInput, growForest } from './forest-input.js';

const options = z.strictObject({
  target: z.enum(effectTargets).default('all').describe('over whom effects are averaged within a group: all, the treated, the controls, or all weighted by overlap'),
  bandReplicates: z.number().int().min(200).max(100_000).default(2000).describe('replicates of the multiplier bootstrap behind the band'),
  ...correctedForestOptions,
});

const result = z.object({
  groups: z.array(z.object({
    group: z.string().describe('level of the group column'),
    ...averageResult,
    band: setSchema.describe('uniform over the groups: all of these hold at once, at the level asked for'),
  })).describe('in the order of the levels'),
  critical: z.number().describe('errors either way that the band takes; 1.96 for one group at 95 %'),
  equalityPValue: z.number().describe('of effects that are equal in all groups, in [0, 1]'),
});

/** Effects of groups that were named before, with a band over all of them. */
export const groupEffects = defineEstimator({
  name: 'group_effects',
  title: 'average effects of groups, with a uniform band',
  estimand: 'E[Y(1) - Y(0) | group], for each group',
  references: [
    'Chernozhukov, Demirer, Duflo, Fernandez-Val (2018), NBER 24678',
    'Belloni, Chernozhukov, Chetverikov, Wei (2018), Annals of Statistics 46(6B)',
  ],
  data: { ...designedRoles, group: category('group of each unit; one that was named before effects were looked at') },
  options,
  result,
  async estimate({ group, ...columns }, chosen, context) {
    const input = forestInput(columns, chosen, context);
    const { engine, overlap, engineOptions } = input;
    const forest = await growForest(input, engineOptions);
    if (isRefusal(forest)) return forest;
    const scores = await doublyRobustScores(engine, forest, context.signal ? { signal: context.signal } : {});
    if (isRefusal(scores)) return scores;
    const { target, level, bandReplicates } = chosen;
    const found = effectsOfGroups(forest, scores, { codes: group.codes, levels: group.levels, target, level, replicates: bandReplicates, seed: context.seed }, overlap);
    if (isRefusal(found)) return found;
    return {
      groups: found.effects.map((effect, g) => ({
        group: group.levels[g]!,
        ...averageAnswer(effect, level),
        band: { shape: 'interval' as const, lower: effect.estimate - found.critical * effect.standardError, upper: effect.estimate + found.critical * effect.standardError },
      })),
      critical: found.critical,
      equalityPValue: found.equalityPValue,
    };
  },
});
