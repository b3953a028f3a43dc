import { boundaryOf, type BoundaryState } from '../stats/inference/group-sequential/boundary.js';
import { planDrift } from '../stats/inference/group-sequential/plan-drift.js';
import { spendingSchema, type Spending } from '../stats/inference/group-sequential/spending.js';
import { meanOutcome } from '../stats/effects/outcome.js';
import type { RandomStream } from '../stats/numeric/random.js';
import type { ConfidenceSet } from '../stats/inference/inference.js';
import { isRefusal } from '../stats/refusal.js';
import { normalMoments } from '../stats/simulate/sufficient.js';
import { answered } from '../stats/simulate/two-arm-truth.js';
import { ALPHA, REPLICATES, SIZE, type Row } from './row.js';
import { answeredEffect, boundOptions, methods, watch } from './watch.js';

/** Planned units of both arms together. */
const PLANNED = 4000;
/** Shares of the plan at which it is looked at. All but one end with all that the plan may spend. */
const PATTERNS: readonly { readonly words: string; readonly looks: readonly number[]; readonly isWhole: boolean }[] = [
  { words: '5 equal looks', looks: [0.2, 0.4, 0.6, 0.8, 1], isWhole: true },
  { words: '20 looks', looks: Array.from({ length: 20 }, (_, k) => (k + 1) / 20), isWhole: true },
  { words: 'irregular, early', looks: [0.05, 0.08, 0.15, 0.3, 1], isWhole: true },
  { words: 'irregular, late', looks: [0.5, 0.9, 0.95, 0.99, 1], isWhole: true },
  { words: 'over-run by 30%', looks: [0.35, 0.7, 1.3], isWhole: true },
  { words: 'over-run and looked at again', looks: [0.5, 1.1, 1.2, 1.5], isWhole: true },
  { words: 'ended at 70%', looks: [0.3, 0.5, 0.7], isWhole: false },
];
const SPENDINGS: readonly Spending[] = [
  { family: 'obrien_fleming' }, { family: 'pocock' }, { family: 'power', exponent: 2 }, { family: 'hwang_shih_decani', gamma: -4 },
];
/** Families of the schema that no row spends by. */
export const unspentFamilies: readonly string[] = spendingSchema.options.map(({ shape }) => shape.family.value as string).filter((family) => !SPENDINGS.some((spending) => spending.family === family));

const wordsOf = (spending: Spending): string => Object.values(spending).join(' ');

/** Error at the end of a test that looks at normal data, by the method of the registry that counts looks. */
function sizeRow(spending: Spending): Row {
  return {
    group: 'group sequential', name: `${wordsOf(spending)} spending: size, ${PLANNED} units planned`, replicates: REPLICATES, brief: 40,
    covers: ['inference:group_sequential', `spending:${spending.family}`],
    prepare() {
      const method = methods.find(({ countsLooks }) => countsLooks)!;
      const patterns = PATTERNS.map(({ looks }) => {
        const units = looks.map((share) => Math.round((share * PLANNED) / 2));
        // a plan that names no looks counts one a day; a look that it refuses rejects nothing
        const bound = units.map((own, k) => boundOptions(method, { spending, plannedUnits: PLANNED }, { alpha: ALPHA, units: 2 * own, unitsByDay: units.slice(0, k + 1).map((n) => 2 * n), isPlannedEnd: false }));
        return { units, bound };
      });
      return {
        figures: PATTERNS.flatMap(({ words, isWhole }) => ['two-sided', 'one-sided'].map((sides) => ({ name: `${words}, ${sides}`, least: isWhole ? SIZE.least : null, most: SIZE.most }))),
        replicate: (random) => patterns.flatMap(({ units, bound }, p) => {
          const hits = [0, 0];
          const more = (from: RandomStream, n: number) => normalMoments(from, n, 10, 5);
          watch(random.split(p), { looks: units, outcome: meanOutcome, outcomes: 1, more }, (contrast, k) => {
            (['two_sided', 'greater'] as const).forEach((alternative, i) => {
              const options = bound[k]!;
              if (!isRefusal(options) && hits[i] === 0 && excludesNull(method.interval(answeredEffect(contrast, 'difference'), ALPHA, alternative, options))) hits[i] = 1;
            });
          });
          return hits;
        }),
      };
    },
  };
}

/** The repeated interval leaves out no effect exactly when the repeated p-value rejects, and costs one boundary instead of a curve of them. */
const excludesNull = ({ lower, upper }: ConfidenceSet): boolean => (lower !== null && lower > 0) || (upper !== null && upper < 0);

const BETA = 0.1;
const LOOKS = [0.25, 0.5, 0.75, 1] as const;

/**
 * Futility, one-sided. Where it does not bind it may be passed over, so that ignoring it must cost no error; obeying it costs no more power than planned,
 * and where it binds the whole error rate is used by a test that obeys.
 */
function futilityRow(spending: Spending, binding: boolean): Row {
  return {
    group: 'group sequential', name: `${wordsOf(spending)} spending, ${binding ? 'binding' : 'non-binding'} futility at 4 looks: size and power`, replicates: REPLICATES, brief: 1000, covers: [],
    prepare() {
      const design = { alpha: ALPHA, sides: 1, spending, plannedInformation: 1 } as const;
      const futility = { beta: BETA, spending, binding } as const;
      const drift = answered({ value: planDrift(design, futility, LOOKS) as number }).value;
      const state = answered(boundaryOf({ ...design, futility: { ...futility, drift } }, LOOKS));
      return {
        figures: [
          { name: 'size, futility ignored', ...(binding ? { least: null, most: null } : SIZE) }, { name: 'size, futility obeyed', least: binding ? SIZE.least : null, most: SIZE.most },
          { name: 'power, futility obeyed', least: 1 - BETA - 0.02, most: 1 - BETA + 0.02 },
        ],
        replicate: (random) => [
          Number(isRejected(random.split(0), state, 0, false)), Number(isRejected(random.split(0), state, 0, true)), Number(isRejected(random.split(1), state, drift, true)),
        ],
      };
    },
  };
}

function isRejected(random: RandomStream, { looks }: BoundaryState, drift: number, isObeyed: boolean): boolean {
  let score = 0;
  let before = 0;
  for (const { information, upper, lower } of looks) {
    score += drift * (information - before) + random.normal() * Math.sqrt(information - before);
    before = information;
    const z = score / Math.sqrt(information);
    if (upper !== null && z > upper) return true;
    if (isObeyed && lower !== null && z < lower) return false;
  }
  return false;
}

export const groupSequentialRows: readonly Row[] = [...SPENDINGS.map(sizeRow), ...[false, true].flatMap((binding) => SPENDINGS.slice(0, 3).map((spending) => futilityRow(spending, binding)))];
