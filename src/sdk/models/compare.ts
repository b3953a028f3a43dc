import { z } from 'zod';
import { sharedBoostingEngine } from '../../compute/shared-boosting-engine.js';
import { refusalSchema } from '../../experiment/analysis.js';
import { compareEffects } from '../../stats/cate/compare-effects.js';
import { effectAgreement } from '../../stats/cate/effect-agreement.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import { DataError } from '../../warehouse/warehouse.js';
import { readColumns } from '../read-columns.js';
import { modelEstimate, type ModelCard, type ModelEstimate } from './card.js';
import { readFeatures, scoreColumns } from './score.js';
import type { StoredModel } from './store.js';

/** Two models as their cards tell of them. */
export interface CardComparison {
  readonly sameTrainingData: boolean;
  readonly sameFeatures: boolean;
  /** features that one of them does not have */
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
  /** options and settings that differ, as text; null: the other kind does not have it */
  readonly differences: readonly { readonly name: string; readonly first: string | null; readonly second: string | null }[];
}

export function compareCards(first: ModelCard, second: ModelCard): CardComparison {
  const names = (card: ModelCard) => card.features.map(({ name }) => name);
  return {
    sameTrainingData: first.training.fingerprint === second.training.fingerprint,
    sameFeatures: first.schemaHash === second.schemaHash,
    onlyFirst: names(first).filter((name) => !names(second).includes(name)),
    onlySecond: names(second).filter((name) => !names(first).includes(name)),
    differences: differencesOf(settingsOf(first), settingsOf(second)),
  };
}

const settingsOf = ({ kind, outcome, treatment, seed, unseenCategories, codeVersion, options }: ModelCard): Record<string, unknown> =>
  ({ kind, outcome, treatment, seed, unseenCategories, codeVersion, ...options });

function differencesOf(first: Record<string, unknown>, second: Record<string, unknown>): CardComparison['differences'] {
  const text = (value: unknown) => (value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value));
  return [...new Set([...Object.keys(first), ...Object.keys(second)])]
    .map((name) => ({ name, first: text(first[name]), second: text(second[name]) }))
    .filter((row) => row.first !== row.second);
}

const judgedSchema = z.object({
  status: z.literal('judged').describe('always judged'),
  n: z.number().int().describe('units that judged: those with overlap'),
  trimmedShare: z.number().describe('share of units left out for want of overlap, in [0, 1]'),
  loss: modelEstimate.describe('doubly robust loss of the first less that of the second, in squared units of the effect; below 0 the first is nearer to the truth; p-value two-sided'),
  firstRate: modelEstimate.describe('what treating by the ranking of the first gains over treating at random (AUTOC)'),
  secondRate: modelEstimate.describe('likewise of the second'),
}).meta({ id: 'UpliftModelJudgement', description: 'Which of two models is nearer to the truth, by outcomes that neither may have learned from.' });

/** Two models on the rows of one file. */
export const dataComparisonSchema = z.object({
  rows: z.number().int().describe('rows of the table'),
  scored: z.number().int().describe('rows that both have an effect for'),
  correlation: z.number().nullable().describe('of the predicted effects, in [-1, 1]; null where one of them is constant'),
  meanDifference: z.number().describe('mean of the first less that of the second, in units of the effect'),
  rootMeanSquareDifference: z.number().describe('in units of the effect'),
  oppositeSigns: z.number().describe('share of rows where one says that treatment helps and the other that it harms, in [0, 1]'),
  judged: z.discriminatedUnion('status', [judgedSchema, refusalSchema]).meta({ id: 'UpliftModelJudgementOrRefusal', description: 'Which model is nearer to the truth, or why it cannot be said.' }).describe('which is nearer to the truth'),
}).meta({ id: 'UpliftModelDataComparison', description: 'Two versions on the rows of one table.' });
export type DataComparison = z.output<typeof dataComparisonSchema>;

const SEED = 1;
const LEVEL = 0.95;

/** Scores the rows of a file by both, and judges them where outcomes are there. @throws DataError for a file that one of them cannot read */
export async function compareOn(first: StoredModel, second: StoredModel, file: string): Promise<DataComparison | Refusal> {
  const models = [first, second] as const;
  const features = await readFeatures(first, file);
  const a = await scoreColumns(first.scorer, features);
  const b = await scoreColumns(second.scorer, await readFeatures(second, file));
  if (isRefusal(a)) return a;
  if (isRefusal(b)) return b;
  const rows = Int32Array.from(a.estimates.keys()).filter((row) => a.isIdentified[row] === 1 && b.isIdentified[row] === 1);
  if (rows.length === 0) return refuse('not_identified', 'neither model has an effect for any of these rows', 'Bring rows that are like those of training.');
  const at = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  const [left, right] = [at(a.estimates), at(b.estimates)];
  return {
    rows: a.estimates.length, scored: rows.length, ...effectAgreement(left, right),
    judged: await judgedOn(models, features, file, rows, left, right),
  };
}

async function judgedOn([first, second]: readonly [StoredModel, StoredModel], features: readonly Float64Array[], file: string, rows: Int32Array, left: Float64Array, right: Float64Array): Promise<DataComparison['judged']> {
  const { outcome, treatment } = first.card;
  if (second.card.outcome !== outcome || second.card.treatment !== treatment) {
    return refuse('unsupported_combination', `the models are about different effects: of ${treatment} on ${outcome}, and of ${second.card.treatment} on ${second.card.outcome}`, 'Compare models of the same effect.');
  }
  const read = await readColumns(file, [outcome, treatment].map((column) => ({ column, kind: 'numeric', mayBeMissing: true }))).catch((error: unknown) => {
    if (error instanceof DataError) return refuse('not_identified', `nothing judges the two: ${error.message}`, `Give a file with ${outcome} and ${treatment} of units that neither model learned from.`);
    throw error;
  });
  if (isRefusal(read)) return read;
  const [y, d] = read.columns.map((column) => ('values' in column ? column.values : new Float64Array(0))) as [Float64Array, Float64Array];
  const known = Int32Array.from(rows.keys()).filter((i) => Number.isFinite(y[rows[i]!]) && Number.isFinite(d[rows[i]!]));
  const at = (column: Float64Array) => Float64Array.from(known, (i) => column[rows[i]!]!);
  const categorical = first.card.features.flatMap(({ kind }, j) => (kind === 'category' ? [j] : []));
  const compared = await compareEffects({
    x: { n: known.length, names: first.card.features.map(({ name }) => name), columns: features.map(at), categorical }, y: at(y), d: at(d), clusters: [],
  }, Float64Array.from(known, (i) => left[i]!), Float64Array.from(known, (i) => right[i]!), LEVEL, { seed: SEED, boosting: sharedBoostingEngine });
  if (isRefusal(compared)) return compared;
  const { n, trimmedShare, loss, rates } = compared;
  return { status: 'judged', n, trimmedShare, loss: estimateOf(loss), firstRate: estimateOf(rates[0]), secondRate: estimateOf(rates[1]) };
}

const estimateOf = ({ estimate, standardError, lower, upper, pValue }: Omit<ModelEstimate, 'status'>): ModelEstimate => ({ status: 'estimated', estimate, standardError, lower, upper, pValue });
