import { z } from 'zod';
import { effectAgreement } from '../../stats/cate/effect-agreement.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import type { ModelCard } from './card.js';
import { judge, judgementSchema, type EncodedFeature } from './judgement.js';
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

const settingsOf = ({ kind, outcome, event, instrument, treatment, weight, cluster, seed, unseenCategories, codeVersion, options }: ModelCard): Record<string, unknown> =>
  ({ kind, outcome, event, instrument, treatment, weight, cluster, seed, unseenCategories, codeVersion, ...options });

function differencesOf(first: Record<string, unknown>, second: Record<string, unknown>): CardComparison['differences'] {
  const text = (value: unknown) => (value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value));
  return [...new Set([...Object.keys(first), ...Object.keys(second)])]
    .map((name) => ({ name, first: text(first[name]), second: text(second[name]) }))
    .filter((row) => row.first !== row.second);
}

/** Two models on the rows of one file. */
export const dataComparisonSchema = z.object({
  rows: z.number().int().describe('rows of the table'),
  scored: z.number().int().describe('rows that both have an effect for'),
  correlation: z.number().nullable().describe('of the predicted effects, in [-1, 1]; null where one of them is constant'),
  meanDifference: z.number().describe('mean of the first less that of the second, in units of the effect'),
  rootMeanSquareDifference: z.number().describe('in units of the effect'),
  oppositeSigns: z.number().describe('share of rows where one says that treatment helps and the other that it harms, in [0, 1]'),
  judged: judgementSchema.describe('which is nearer to the truth'),
}).meta({ id: 'UpliftModelDataComparison', description: 'Two versions on the rows of one table.' });
export type DataComparison = z.output<typeof dataComparisonSchema>;

/** Scores the rows of a file by both, and judges them where outcomes are there. @throws DataError for a file that one of them cannot read */
export async function compareOn(first: StoredModel, second: StoredModel, file: string): Promise<DataComparison | Refusal> {
  const [own, others] = [await readFeatures(first, file), await readFeatures(second, file)];
  const [a, b] = [await scoreColumns(first.scorer, own), await scoreColumns(second.scorer, others)];
  if (isRefusal(a)) return a;
  if (isRefusal(b)) return b;
  const rows = Int32Array.from(a.estimates.keys()).filter((row) => a.isIdentified[row] === 1 && b.isIdentified[row] === 1);
  if (rows.length === 0) return refuse('not_identified', 'neither model has an effect for any of these rows', 'Bring rows that are like those of training.');
  const effects = [a, b].map(({ estimates }) => Float64Array.from(rows, (row) => estimates[row]!)) as [Float64Array, Float64Array];
  return {
    rows: a.estimates.length, scored: rows.length, ...effectAgreement(...effects),
    judged: await judge([first.card, second.card], { file, rows, effects, features: featuresOfBoth(encoded(first, own), encoded(second, others)) }),
  };
}

const encoded = ({ card }: StoredModel, columns: readonly Float64Array[]): EncodedFeature[] => card.features.map((feature, j) => ({ feature, values: columns[j]! }));

/** What either of them reads, each once. */
const featuresOfBoth = (first: readonly EncodedFeature[], second: readonly EncodedFeature[]): EncodedFeature[] =>
  [...first, ...second.filter(({ feature }) => !first.some((known) => known.feature.name === feature.name))];
