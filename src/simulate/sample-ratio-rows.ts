import { logMultinomialEValue } from '../stats/checks/multinomial-e-value.js';
import { testSampleRatio } from '../stats/estimators/allocation/sample-ratio.js';
import { drawMultinomial } from '../stats/simulate/sufficient.js';
import { answered } from '../stats/simulate/two-arm-truth.js';
import { ALPHA, REPLICATES, SIZE, type Row } from './row.js';
import { logLooks } from './watch.js';

const SPLITS = [[0.5, 0.5], [0.9, 0.1], [0.5, 0.3, 0.2]] as const;
/** The limit of plans, unless they say otherwise. */
const STRICT = 0.001;
const MANY = 200_000;
const SLACK = 3 * Math.sqrt((STRICT * (1 - STRICT)) / MANY);

const fixedRow = (units: number): Row => ({
  group: 'sample ratio', name: `Pearson's test of a split that is as planned: ${units} units`, replicates: MANY, brief: 500, covers: ['estimator:sample_ratio', 'check:sample_ratio'],
  prepare: () => ({
    figures: SPLITS.flatMap((weights) => [
      { name: `${weights.join(' : ')}, p of ${ALPHA} or less`, ...SIZE },
      { name: `${weights.join(' : ')}, p of ${STRICT} or less`, least: STRICT - SLACK, most: STRICT + SLACK },
    ]),
    replicate: (random) => SPLITS.flatMap((weights) => {
      const counts = drawMultinomial(random, units, weights);
      const { pValue } = answered(testSampleRatio(new Map(counts.map((n, i) => [String(i), n])), new Map(weights.map((weight, i) => [String(i), weight]))));
      return [Number(pValue <= ALPHA), Number(pValue <= STRICT)];
    }),
  }),
});

const LOOKS = logLooks(100, 1_000_000, 300);

const watchedRow: Row = {
  group: 'sample ratio', name: `always-valid test of a split that is as planned: ${LOOKS.length} looks from ${LOOKS[0]} to ${LOOKS.at(-1)} units`, replicates: REPLICATES / 2, brief: 12, covers: ['check:sample_ratio_sequential'],
  prepare: () => ({
    figures: SPLITS.flatMap((weights) => [ALPHA, STRICT].map((limit) => ({ name: `${weights.join(' : ')}, p of ${limit} or less at some look`, least: null, most: limit }))),
    replicate: (random) => SPLITS.flatMap((weights) => {
      const counts = weights.map(() => 0);
      let before = 0;
      let most = 0;
      for (const units of LOOKS) {
        drawMultinomial(random, units - before, weights).forEach((n, i) => { counts[i]! += n; });
        before = units;
        most = Math.max(most, logMultinomialEValue(counts, weights));
      }
      return [ALPHA, STRICT].map((limit) => Number(Math.exp(-most) <= limit));
    }),
  }),
};

/** Size of the tests of the split, read once and watched. */
export const sampleRatioRows: readonly Row[] = [fixedRow(1000), fixedRow(100_000), watchedRow];
