import { meanOutcome, ratioOutcome } from '../stats/effects/outcome.js';
import type { Alternative, Inference } from '../stats/inference/inference.js';
import { drawBinomial, normalMoments, shareMoments } from '../stats/simulate/sufficient.js';
import { moreRevenue } from '../stats/simulate/revenue.js';
import { moreCorrelated } from '../stats/simulate/correlated.js';
import { moreSessions } from '../stats/simulate/ratios.js';
import { answered } from '../stats/simulate/two-arm-truth.js';
import { ALPHA, REPLICATES, type Figure, type Row } from './row.js';
import { answeredEffect, boundOptions, logLooks, methods, watch, type Watched } from './watch.js';

/**
 * Units of both arms at which sequences are tightest in the row that holds them to using up their error rate. Of 300 looks from 100 to a
 * million units this uses most: 3.605 %, by recursive integration; what is missing of 5 % falls between looks and after the end.
 */
const TUNING = 800;
/** Binomial errors small enough to tell 3.6 % from 3.5 %. */
const MANY = 160_000;
/** The scale in standard deviations that makes mixture_sprt tightest there. */
const SCALE = 2 * Math.sqrt((-2 * Math.log(ALPHA) + Math.log1p(-2 * Math.log(ALPHA))) / TUNING);
const NORMAL = { mean: 10, standardDeviation: 5 } as const;
/**
 * Of a mean that is known well from the first look on: a scale of lifts is a share of it. With NORMAL it is off by 7 % there, less for one side and
 * more for the other; the row beside it shows what that leaves unused.
 */
const STEADY = { mean: 10, standardDeviation: 2 } as const;

interface Variant { readonly words: string; readonly scale: 'difference' | 'lift'; options(tuning: number, variation: number): Record<string, unknown> }
/** How each method that may be watched is tuned; a method that the registry has and this has not is an error of the rows. */
const VARIANTS: Readonly<Record<string, readonly Variant[]>> = {
  confidence_sequence: [{ words: '', scale: 'difference', options: (tuningUnits) => ({ tuningUnits }) }],
  mixture_sprt: [
    { words: '', scale: 'difference', options: (tuning) => ({ scale: SCALE * Math.sqrt(TUNING / tuning), unit: 'sd' }) },
    { words: ' on the lift', scale: 'lift', options: (tuning, variation) => ({ scale: SCALE * Math.sqrt(TUNING / tuning) * variation, unit: 'lift' }) },
  ],
  hybrid: [{ words: '', scale: 'difference', options: (tuningUnits) => ({ tuningUnits, sequentialShare: 0.2 }) }],
};
/** Those that read batches have rows of their own. */
export const watchedMethods: readonly Inference[] = methods.filter(({ anytimeValid, readsBatches }) => anytimeValid && !readsBatches);
export const untunedMethods: readonly string[] = watchedMethods.filter(({ name }) => !(name in VARIANTS)).map(({ name }) => name);

/** One way of reading every look, and whether it has ever rejected. */
interface Reader { readonly name: string; readonly isTuned: boolean; rejects(contrast: Parameters<Parameters<typeof watch>[2]>[0], look: number): boolean }

function readersOf(method: Inference, looks: readonly number[], { tuning, variation, isTuned, alternatives }: WatchedRow): Reader[] {
  return VARIANTS[method.name]!.flatMap(({ words, scale, options }) => {
    const bound = looks.map((units, k) => answered(boundOptions(method, options(tuning, variation), { alpha: ALPHA, units: 2 * units, unitsByDay: [], isPlannedEnd: k === looks.length - 1 })));
    const sides = alternatives.map((alternative): Reader => ({
      name: `${method.name}${words}, ${alternative === 'two_sided' ? 'two-sided' : 'one-sided'}`, isTuned,
      rejects: (contrast, k) => method.pValue(answeredEffect(contrast, scale), 0, alternative, bound[k]!) <= ALPHA,
    }));
    if (!method.eValue) return sides;
    return [...sides, { name: `${method.name}${words}, e-value of ${1 / ALPHA} or more`, isTuned: false, rejects: (contrast, k) => method.eValue!(answeredEffect(contrast, scale), 0, 'two_sided', bound[k]!) >= 1 / ALPHA }];
  });
}

interface WatchedRow {
  readonly words: string;
  readonly watched: Watched;
  readonly tuning: number;
  /** standard deviation of a unit over its mean */
  readonly variation: number;
  readonly isTuned: boolean;
  readonly replicates?: number;
  readonly brief: number;
  readonly alternatives: readonly Alternative[];
}

/** False positives under no effect, at every look, of every method that may be watched. */
function monitoringRow(row: WatchedRow): Row {
  const { words, watched, isTuned, replicates = REPLICATES, brief } = row;
  return {
    group: 'monitoring', replicates, brief,
    name: `${watched.looks.length} looks from ${watched.looks[0]} to ${watched.looks.at(-1)} units an arm: ${words}`,
    covers: isTuned ? watchedMethods.map(({ name }) => `inference:${name}`) : [],
    prepare() {
      const readers = watchedMethods.filter(({ name }) => name in VARIANTS).flatMap((method) => readersOf(method, watched.looks, row));
      return {
        figures: readers.map(({ name, isTuned: uses }): Figure => ({ name, least: uses ? 0.035 : null, most: ALPHA })),
        replicate(random) {
          const hits = readers.map(() => 0);
          watch(random, watched, (contrast, look) => {
            for (let r = 0; r < readers.length; r++) if (hits[r] === 0 && readers[r]!.rejects(contrast, look)) hits[r] = 1;
          });
          return hits;
        },
      };
    },
  };
}

const both: readonly Alternative[] = ['two_sided', 'greater'];
const mean = { outcome: meanOutcome, outcomes: 1 } as const;

/** Continuous monitoring: every look of one path, under no effect. */
export const monitoringRows: readonly Row[] = [
  monitoringRow({
    words: 'normal values, tuned to the horizon', tuning: TUNING, variation: 0.2, isTuned: true, replicates: MANY, brief: 15, alternatives: both,
    watched: { ...mean, looks: logLooks(50, 500_000, 300), more: (random, units) => normalMoments(random, units, STEADY.mean, STEADY.standardDeviation) },
  }),
  monitoringRow({
    words: 'normal values of a mean known to 7%, tuned to the horizon', tuning: TUNING, variation: 0.5, isTuned: false, replicates: MANY, brief: 0, alternatives: both,
    watched: { ...mean, looks: logLooks(50, 500_000, 300), more: (random, units) => normalMoments(random, units, NORMAL.mean, NORMAL.standardDeviation) },
  }),
  monitoringRow({
    words: 'conversions of 1%', tuning: 20_000, variation: 10, isTuned: false, brief: 4, alternatives: both,
    watched: { ...mean, looks: logLooks(2000, 200_000, 300), more: (random, units) => shareMoments(units, drawBinomial(random, units, 0.01)) },
  }),
  monitoringRow({
    words: 'skewed revenue, 5% buy', tuning: 10_000, variation: 9, isTuned: false, brief: 4, alternatives: both,
    watched: { ...mean, looks: logLooks(2000, 60_000, 300), more: moreRevenue },
  }),
  monitoringRow({
    words: 'normal values, adjusted for a covariate of correlation 0.7', tuning: 2000, variation: 0.5, isTuned: false, brief: 4, alternatives: both,
    watched: { ...mean, looks: logLooks(100, 100_000, 300, 4), more: (random, units) => moreCorrelated(random, units, NORMAL, 0.7) },
  }),
  monitoringRow({
    words: 'revenue over sessions', tuning: 2000, variation: 1, isTuned: false, replicates: 4000, brief: 4, alternatives: ['two_sided'],
    watched: { outcome: ratioOutcome, outcomes: 2, looks: logLooks(200, 6000, 300, 4), more: moreSessions },
  }),
];
