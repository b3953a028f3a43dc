import { sharedBoostingEngine } from '../../compute/shared-boosting-engine.js';
import { compareEffects, type EffectComparison } from '../../stats/cate/compare-effects.js';
import { effectAgreement, type EffectAgreement } from '../../stats/cate/effect-agreement.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import type { Category, Numeric } from '../../stats/estimators/estimator.js';
import { DataError } from '../../warehouse/warehouse.js';
import { readColumns } from '../read-columns.js';
import type { ModelCard } from './card.js';
import { encodedColumns, wantedFeatures } from './features.js';
import { scoreColumns } from './score.js';
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

/** Two models on the rows of one file. */
export interface DataComparison {
  readonly rows: number;
  /** rows that both have an effect for */
  readonly scored: number;
  readonly agreement: EffectAgreement;
  /** which is nearer to the truth, where the file has outcome and treatment */
  readonly judged: EffectComparison | Refusal;
}

const SEED = 1;
const LEVEL = 0.95;

/** Scores the rows of a file by both, and judges them where outcomes are there. @throws DataError for a file that one of them cannot read */
export async function compareOn(first: StoredModel, second: StoredModel, file: string): Promise<DataComparison | Refusal> {
  const models = [first, second] as const;
  const features = await Promise.all(models.map(async ({ card }) => encodedColumns(card, (await readColumns(file, wantedFeatures(card))).columns as readonly (Numeric | Category)[])));
  const scores = [await scoreColumns(first.scorer, features[0]!), await scoreColumns(second.scorer, features[1]!)] as const;
  const [a, b] = scores;
  if (isRefusal(a)) return a;
  if (isRefusal(b)) return b;
  const rows = Int32Array.from(a.estimates.keys()).filter((row) => a.isIdentified[row] === 1 && b.isIdentified[row] === 1);
  if (rows.length === 0) return refuse('not_identified', 'neither model has an effect for any of these rows', 'Bring rows that are like those of training.');
  const at = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  const [left, right] = [at(a.estimates), at(b.estimates)];
  return {
    rows: a.estimates.length, scored: rows.length, agreement: effectAgreement(left, right),
    judged: await judgedOn(models, features[0]!, file, rows, left, right),
  };
}

async function judgedOn([first, second]: readonly [StoredModel, StoredModel], features: readonly Float64Array[], file: string, rows: Int32Array, left: Float64Array, right: Float64Array): Promise<EffectComparison | Refusal> {
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
  return compareEffects({
    x: { n: known.length, names: first.card.features.map(({ name }) => name), columns: features.map(at), categorical }, y: at(y), d: at(d), clusters: [],
  }, Float64Array.from(known, (i) => left[i]!), Float64Array.from(known, (i) => right[i]!), LEVEL, { seed: SEED, boosting: sharedBoostingEngine });
}
