import { z } from 'zod';
import { sharedBoostingEngine } from '../../compute/shared-boosting-engine.js';
import { refusalSchema } from '../../experiment/analysis.js';
import { compareEffects } from '../../stats/cate/compare-effects.js';
import type { Sample } from '../../stats/dml/sample.js';
import type { Category, Numeric } from '../../stats/estimators/estimator.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import { DataError } from '../../warehouse/warehouse.js';
import type { Wanted } from '../raw-columns.js';
import { readColumns } from '../read-columns.js';
import { otherForestKinds } from './spec.js';
import { modelEstimate, type ModelCard, type ModelEstimate, type ModelFeature } from './card.js';

const judgedSchema = z.object({
  status: z.literal('judged').describe('always judged'),
  n: z.number().int().describe('units that judged: those with overlap'),
  trimmedShare: z.number().describe('share of units left out for want of overlap, in [0, 1]'),
  loss: modelEstimate.describe('doubly robust loss of the first less that of the second, in squared units of the effect; below 0 the first is nearer to the truth; p-value two-sided'),
  firstRate: modelEstimate.describe('what treating by the ranking of the first gains over treating at random (AUTOC)'),
  secondRate: modelEstimate.describe('likewise of the second'),
}).meta({ id: 'UpliftModelJudgement', description: 'Which of two models is nearer to the truth, by outcomes that neither may have learned from.' });

export const judgementSchema = z.discriminatedUnion('status', [judgedSchema, refusalSchema])
  .meta({ id: 'UpliftModelJudgementOrRefusal', description: 'Which model is nearer to the truth, or why it cannot be said.' });
export type Judgement = z.output<typeof judgementSchema>;

/** A feature with its encoded values, one a row of the file. */
export interface EncodedFeature { readonly feature: ModelFeature; readonly values: Float64Array }

/** Effects of some rows of a file by two models, and what tells these rows apart. */
export interface JudgedRows {
  readonly file: string;
  readonly rows: Int32Array;
  /** shape (rows) */
  readonly effects: readonly [Float64Array, Float64Array];
  readonly features: readonly EncodedFeature[];
}

const SEED = 1;
const LEVEL = 0.95;

/** Judges two models where the file has outcome and treatment, and the clusters and weights that the models learned with. */
export async function judge([first, second]: readonly [ModelCard, ModelCard], { file, rows, effects, features }: JudgedRows): Promise<Judgement> {
  const { outcome, treatment } = first;
  if (treatment === null || second.treatment === null) return refuse('unsupported_combination', 'models of outcomes are not judged by effects', 'Compare what their cards say of their fit, or two models of effects.');
  if ([first, second].some(({ kind }) => (otherForestKinds as readonly string[]).includes(kind))) return refuse('unsupported_combination', 'effects of an instrument, of several arms and on survival are not judged against each other here', 'Compare two models of the effect of one treatment on one outcome.');
  if (second.outcome !== outcome || second.treatment !== treatment) {
    return refuse('unsupported_combination', `the models are about different effects: of ${treatment} on ${outcome}, and of ${second.treatment} on ${second.outcome}`, 'Compare models of the same effect.');
  }
  const read = await readJudges(file, { outcome, treatment, weight: first.weight ?? second.weight, cluster: first.cluster ?? second.cluster });
  if (isRefusal(read)) return read;
  const known = Int32Array.from(rows.keys()).filter((i) => Object.values(read).every((column) => isKnown(column, rows[i]!)));
  const at = (values: Float64Array) => Float64Array.from(known, (i) => values[rows[i]!]!);
  const sample: Sample = {
    x: {
      n: known.length, names: features.map(({ feature }) => feature.name), columns: features.map(({ values }) => at(values)),
      categorical: features.flatMap(({ feature }, j) => (feature.kind === 'category' ? [j] : [])),
    },
    y: at(numbers(read.outcome)), d: at(numbers(read.treatment)), ...(read.weight && { weight: at(numbers(read.weight)) }),
    clusters: read.cluster && 'codes' in read.cluster ? [Int32Array.from(at(Float64Array.from(read.cluster.codes)))] : [],
  };
  const [left, right] = effects.map((values) => Float64Array.from(known, (i) => values[i]!)) as [Float64Array, Float64Array];
  const compared = await compareEffects(sample, left, right, LEVEL, { seed: SEED, boosting: sharedBoostingEngine });
  if (isRefusal(compared)) return compared;
  const { n, trimmedShare, loss, rates } = compared;
  return { status: 'judged', n, trimmedShare, loss: estimateOf(loss), firstRate: estimateOf(rates[0]), secondRate: estimateOf(rates[1]) };
}

type Column = Numeric | Category;
interface Judges { readonly outcome: Column; readonly treatment: Column; readonly weight?: Column; readonly cluster?: Column }

/** Columns that judge. Refuses a file without one of them, by its name. */
async function readJudges(file: string, names: { readonly [K in keyof Judges]-?: string | null }): Promise<Judges | Refusal> {
  const asked = Object.entries(names).filter((entry): entry is [keyof Judges, string] => entry[1] !== null);
  const wanted = asked.map(([role, column]): Wanted => ({ column, kind: role === 'cluster' ? 'category' : 'numeric', mayBeMissing: true }));
  try {
    const { columns } = await readColumns(file, wanted);
    return Object.fromEntries(asked.map(([role], i) => [role, columns[i]!])) as unknown as Judges;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return refuse('not_identified', `nothing judges the two: ${error.message}`, `Give a file with ${asked.map(([, column]) => column).join(', ')} of units that neither model learned from.`);
  }
}

const numbers = (column: Column): Float64Array => ('values' in column ? column.values : Float64Array.from(column.codes));
const isKnown = (column: Column, row: number): boolean => ('values' in column ? Number.isFinite(column.values[row]) : column.codes[row]! >= 0);

const estimateOf = ({ estimate, standardError, lower, upper, pValue }: Omit<ModelEstimate, 'status'>): ModelEstimate => ({ status: 'estimated', estimate, standardError, lower, upper, pValue });
