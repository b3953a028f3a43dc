import { z } from 'zod';
import { auucScore, qiniScore } from '../../uplift/conventions/causalml.js';
import { qiniAucScore, upliftAtK, upliftAucScore, type RankedResponses } from '../../uplift/conventions/scikit-uplift.js';

const share = (what: string) => z.number().nullable().describe(`${what}; null where the package would divide by zero`);

export const conventionsSchema = z.object({
  scikitUplift: z.object({
    qiniAucScore: share('qini_auc_score, as a share of the perfect curve with negative effects'),
    qiniAucScoreNoNegative: share('qini_auc_score with negative_effect=False'),
    upliftAucScore: share('uplift_auc_score, as a share of the perfect curve'),
    upliftAtK: z.array(z.object({
      k: z.number().describe('share of units'),
      overall: share('strategy overall, a difference of response rates'),
      byGroup: share('strategy by_group, a difference of response rates'),
    })).describe('uplift_at_k at the shares below 1'),
  }).meta({ id: 'ScikitUpliftScores', description: 'By the definitions of scikit-uplift 0.5.' }).describe('scikit-uplift 0.5'),
  causalml: z.object({
    auucScore: share('auuc_score, normalised by the absolute final gain'),
    auucScoreRaw: share('auuc_score with normalize=False, in responses'),
    qiniScore: share('qini_score, normalised by the absolute final height'),
    qiniScoreRaw: share('qini_score with normalize=False, in responses'),
  }).meta({ id: 'CausalMlScores', description: 'By the definitions of CausalML 0.18; its order of equal scores is not defined, ours is that of the rows.' }).describe('CausalML 0.18'),
}).meta({ id: 'UpliftConventions', description: 'Numbers of other packages for the same ranking; they have no intervals, and normalised ones depend on the sample they divide by.' });

/** Null when the outcome is not 0 or 1. */
export function conventionsOf(ranked: RankedResponses, fractions: readonly number[]): z.output<typeof conventionsSchema> | null {
  for (let i = 0; i < ranked.outcome.length; i++) if (ranked.outcome[i] !== 0 && ranked.outcome[i] !== 1) return null;
  return {
    scikitUplift: {
      qiniAucScore: qiniAucScore(ranked),
      qiniAucScoreNoNegative: qiniAucScore(ranked, false),
      upliftAucScore: upliftAucScore(ranked),
      upliftAtK: fractions.filter((k) => k < 1).map((k) => ({ k, overall: upliftAtK(ranked, 'overall', k), byGroup: upliftAtK(ranked, 'by_group', k) })),
    },
    causalml: { auucScore: auucScore(ranked), auucScoreRaw: auucScore(ranked, false), qiniScore: qiniScore(ranked), qiniScoreRaw: qiniScore(ranked, false) },
  };
}
