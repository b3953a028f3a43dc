import type { Effect } from '../stats/effects/effect.js';
import { fixed } from '../stats/inference/fixed.js';
import { isRefusal } from '../stats/refusal.js';
import { rankedEffects, type RankedChoices } from '../stats/simulate/ranked-effects.js';
import { effectScores } from '../stats/uplift/effect-scores.js';
import { judgeRanking } from '../stats/uplift/judge-ranking.js';
import { covers } from './coverage.js';
import { ALPHA, type Row } from './row.js';

/** 3 binomial standard errors of 95 % over these replicates are 1.5 points. */
const REPLICATES = 2000;
const COVERAGE = { least: 0.935, most: 0.965 } as const;
const SIZE = { least: 0.035, most: 0.065 } as const;
const HALF = { least: 0.465, most: 0.535 } as const;
const SHARE = 0.3;

const isNoise = ({ slope }: RankedChoices): boolean => slope === 0;

function upliftRow(choices: RankedChoices, brief: number): Row {
  const process = rankedEffects(choices);
  const { truth } = process;
  return {
    group: 'coverage', name: `uplift_curve: ${process.words}`, replicates: REPLICATES, brief, covers: ['estimator:uplift_curve'],
    prepare: () => ({
      figures: [
        { name: 'Qini', ...COVERAGE }, { name: 'AUUC', ...COVERAGE }, { name: `uplift@${SHARE}`, ...COVERAGE }, { name: `gain over random at ${SHARE}`, ...COVERAGE },
        ...(isNoise(choices) ? [{ name: 'p of no better than random below 0.05', ...SIZE }, { name: 'below 0.5', ...HALF }] : []),
      ],
      replicate(random) {
        const { outcome, treated, score, cluster } = process.draw(random);
        const scores = effectScores({ outcome, treated, weight: null, propensity: null, expected: null });
        if (isRefusal(scores)) throw new Error(scores.detail);
        const judged = judgeRanking({ scores, score, weight: null, cluster, cost: null, value: 1, fractions: [SHARE] });
        if (isRefusal(judged)) throw new Error(judged.detail);
        const [point] = judged.points;
        const holds = (effect: Effect, value: number): number => Number(covers(effect, value));
        const pValue = fixed.pValue(judged.qini, 0, 'greater', {});
        return [
          holds(judged.qini, truth.qini), holds(judged.auuc, truth.auuc), holds(point!.uplift, truth.gainAt(SHARE) / SHARE),
          holds(point!.overRandom!, truth.gainAt(SHARE) - SHARE * truth.gainAt(1)),
          ...(isNoise(choices) ? [Number(pValue <= ALPHA), Number(pValue <= 0.5)] : []),
        ];
      },
    }),
  };
}

/** What is said of an uplift score: a good one, one of noise, clustered and not, with few treated and with ties. */
export const upliftRows: readonly Row[] = [
  upliftRow({ units: 2000, propensity: 0.5, effect: 0.1, slope: 0.2, clusterSize: 1 }, 20),
  upliftRow({ units: 2000, propensity: 0.2, effect: 0.1, slope: 0.2, clusterSize: 1 }, 20),
  upliftRow({ units: 2000, propensity: 0.5, effect: 0.1, slope: 0, clusterSize: 1 }, 20),
  upliftRow({ units: 2000, propensity: 0.5, effect: 0.1, slope: 0.2, clusterSize: 10 }, 20),
  upliftRow({ units: 2000, propensity: 0.5, effect: 0.1, slope: 0, clusterSize: 10 }, 20),
];
