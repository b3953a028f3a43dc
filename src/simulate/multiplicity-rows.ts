import type { Correction } from '../stats/corrections/correction.js';
import { corrections } from '../stats/corrections/index.js';
import { simultaneousSet } from '../stats/corrections/simultaneous.js';
import type { Effect } from '../stats/effects/effect.js';
import { fixed } from '../stats/inference/fixed.js';
import { mixtureSprt } from '../stats/inference/mixture-sprt.js';
import type { ConfidenceSet } from '../stats/inference/inference.js';
import type { RandomStream } from '../stats/numeric/random.js';
import { ALPHA, REPLICATES, type Figure, type Row } from './row.js';

const MEMBERS = 10;
/** Cheap rows, and error rates that come close to 5 %: many replicates, so that three standard errors are 0.15 points. */
const MANY = 200_000;
const SLACK = 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / MANY);
const ATMOST: Omit<Figure, 'name'> = { least: null, most: ALPHA + SLACK };

type Controls = 'family-wise error' | 'false discovery' | 'each row';
/** What each correction of the registry promises. */
const CONTROLS: Readonly<Record<string, Controls>> = {
  none: 'each row', bonferroni: 'family-wise error', holm: 'family-wise error', hochberg: 'family-wise error',
  gatekeeping: 'family-wise error', parallel_gatekeeping: 'family-wise error',
  benjamini_hochberg: 'false discovery', benjamini_yekutieli: 'false discovery', e_benjamini_hochberg: 'false discovery',
};
const registry: readonly Correction[] = Object.values(corrections);
export const unpromisedCorrections: readonly string[] = registry.filter(({ name }) => !(name in CONTROLS)).map(({ name }) => name);

/** Effects in standard errors, and how the errors of the estimates hang together. */
interface Scenario { readonly words: string; readonly effects: readonly number[]; errors(random: RandomStream): number[] }
const independent = (random: RandomStream): number[] => Array.from({ length: MEMBERS }, () => random.normal());
function equicorrelated(random: RandomStream): number[] {
  const shared = random.normal();
  return independent(random).map((own) => Math.SQRT1_2 * (shared + own));
}
const half = Array.from({ length: MEMBERS }, (_, i) => (i % 2 === 0 ? 0 : 3));
const SCENARIOS: readonly Scenario[] = [
  { words: 'no effects', effects: half.map(() => 0), errors: independent },
  { words: 'no effects, correlation 0.5', effects: half.map(() => 0), errors: equicorrelated },
  { words: 'half with an effect', effects: half, errors: independent },
  { words: 'half with an effect, correlation 0.5', effects: half, errors: equicorrelated },
];
/** Three tiers, for the corrections that read them. */
const TIERS = Array.from({ length: MEMBERS }, (_, i) => (i < 2 ? 1 : i < 5 ? 2 : 3));

/** Error rate and coverage of the sets that are shown beside it, of 10 comparisons corrected together. */
function correctionRow(correction: Correction): Row {
  const controls = CONTROLS[correction.name]!;
  return {
    group: 'multiplicity', name: `${correction.name}: ${MEMBERS} comparisons`, replicates: MANY, brief: 400, covers: [`correction:${correction.name}`],
    prepare: () => ({
      figures: SCENARIOS.flatMap(({ words }) => [
        { name: `${words}: ${controls}`, ...ATMOST },
        { name: `${words}: ${controls === 'family-wise error' ? 'any set that misses' : controls === 'false discovery' ? 'sets that miss among rejected' : 'sets that miss'}`, ...ATMOST },
      ]),
      replicate: (random) => SCENARIOS.flatMap(({ effects, errors }) => outcomesOf(correction, controls, effects, errors(random))),
    }),
  };
}

function outcomesOf(correction: Correction, controls: Controls, effects: readonly number[], errors: readonly number[]): [error: number, missing: number] {
  const found = effects.map((effect, i): Effect => ({ estimate: effect + errors[i]!, standardError: 1, degreesOfFreedom: null, n: 1000 }));
  const evidence = found.map((effect) => (correction.reads === 'e_values' ? Math.min(1, 1 / mixtureSprt.eValue!(effect, 0, 'two_sided', E_VALUE)) : fixed.pValue(effect, 0, 'two_sided', {})));
  const { rejected, levels, reach } = correction.correct(evidence, ALPHA, TIERS);
  const missed = found.map((effect, i) => {
    const set = () => (correction.reads === 'e_values' ? mixtureSprt.interval(effect, levels[i]!, 'two_sided', E_VALUE) : fixed.interval(effect, levels[i]!, 'two_sided', {}));
    return !holds(simultaneousSet(set, effect.estimate, 0, rejected[i]!, reach[i]!), effects[i]!, rejected[i]!);
  });
  const isFalse = rejected.map((is, i) => is && effects[i] === 0);
  const count = (flags: readonly boolean[]): number => flags.filter(Boolean).length;
  const discoveries = Math.max(1, count(rejected));
  switch (controls) {
    case 'each row': return [count(isFalse) / Math.max(1, effects.filter((effect) => effect === 0).length), count(missed) / MEMBERS];
    case 'family-wise error': return [Number(isFalse.some(Boolean)), Number(missed.some(Boolean))];
    case 'false discovery': return [count(isFalse) / discoveries, count(missed.map((is, i) => is && rejected[i]!)) / discoveries];
  }
}

/** The end of a rejected row's set that equals the null was cut there and is not of the set. */
function holds({ shape, lower, upper }: ConfidenceSet, value: number, isRejected: boolean): boolean {
  if (shape === 'line') return true;
  if (isRejected && value === 0 && (lower === 0 || upper === 0)) return false;
  const isBetween = (lower ?? -Infinity) <= value && value <= (upper ?? Infinity);
  return shape === 'complement' ? value <= lower! || value >= upper! : isBetween;
}

const E_VALUE = { scale: 0.2, unit: 'sd' } as const;
const LOOKS = 100;

/** Ten streams watched by their e-values, each stopped when its own passes the bar that e-BH sets when it is alone, with correlated errors. */
const stoppedRow: Row = {
  group: 'multiplicity', name: `e_benjamini_hochberg: ${MEMBERS} streams, each stopped at a time of its own in ${LOOKS} looks`, replicates: REPLICATES, brief: 10, covers: ['correction:e_benjamini_hochberg'],
  prepare: () => ({
    figures: [{ name: 'no effects: false discovery', least: null, most: ALPHA }, { name: 'half with an effect: false discovery', least: null, most: ALPHA }],
    replicate: (random) => [half.map(() => 0), half.map((effect) => effect / 30)].map((drifts) => {
      const scores = drifts.map(() => 0);
      const stopped = drifts.map(() => 0);
      for (let look = 1; look <= LOOKS; look++) {
        const shared = random.normal();
        drifts.forEach((drift, i) => {
          scores[i]! += drift * 10 + Math.sqrt(10) * Math.SQRT1_2 * (shared + random.normal());
          if (stopped[i]! * ALPHA >= MEMBERS) return;
          const n = 10 * look;
          stopped[i] = mixtureSprt.eValue!({ estimate: scores[i]! / n, standardError: Math.sqrt(1 / n), degreesOfFreedom: null, n }, 0, 'two_sided', E_VALUE);
        });
      }
      const { rejected } = corrections.e_benjamini_hochberg.correct(stopped.map((e) => Math.min(1, 1 / e)), ALPHA);
      return rejected.filter((is, i) => is && drifts[i] === 0).length / Math.max(1, rejected.filter(Boolean).length);
    }),
  }),
};

/** Corrections of families, fixed and watched. */
export const multiplicityRows: readonly Row[] = [...registry.filter(({ name }) => name in CONTROLS).map(correctionRow), stoppedRow];
