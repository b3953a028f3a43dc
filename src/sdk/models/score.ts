import type { Category, Numeric } from '../../stats/estimators/estimator.js';
import type { EngineOptions } from '../../stats/forest/forest-engine.js';
import type { UnitScores } from '../../stats/forest/score-units.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import { readColumns } from '../read-columns.js';
import { encodedColumns, encodedRow, wantedFeatures, type RowIssue } from './features.js';
import type { EffectScorer, RowScore } from './kind.js';
import type { StoredModel } from './store.js';

/** Units that are scored at a time: what bounds memory. */
const CHUNK = 50_000;

/** Effects of units in encoded columns. Refuses what is too large for memory. */
export async function scoreColumns(scorer: EffectScorer, columns: readonly Float64Array[], { signal, onProgress }: EngineOptions = {}): Promise<UnitScores | Refusal> {
  const n = columns[0]!.length;
  const scores = { estimates: new Float64Array(n), variances: scorer.hasVariance ? new Float64Array(n) : null, isIdentified: new Uint8Array(n) };
  for (let from = 0; from < n; from += CHUNK) {
    signal?.throwIfAborted();
    const to = Math.min(n, from + CHUNK);
    const part = await scorer.score(columns.map((column) => column.slice(from, to)), { ...(signal && { signal }) });
    if (isRefusal(part)) return part;
    scores.estimates.set(part.estimates, from);
    scores.isIdentified.set(part.isIdentified, from);
    if (part.variances) scores.variances?.set(part.variances, from);
    onProgress?.(to / n);
  }
  return scores;
}

/** Encoded features of a file, in the order of its rows. @throws DataError for columns and categories that the model cannot read */
export async function readFeatures({ card }: Pick<StoredModel, 'card'>, file: string): Promise<Float64Array[]> {
  const { columns } = await readColumns(file, wantedFeatures(card));
  return encodedColumns(card, columns as readonly (Numeric | Category)[]);
}

export type RowAnswer = RowScore | Refusal | { readonly issues: readonly RowIssue[] };

/** The effect of one unit, given by the names of its features; or what is wrong with it, or why it has none. */
export function scoreRow({ card, scorer }: StoredModel, row: Readonly<Record<string, unknown>>): RowAnswer {
  const values = encodedRow(card, row);
  if ('issues' in values) return values;
  return scorer.scoreRow(values) ?? refuse('not_identified', 'the treatment does not vary among the units of training that are like this one', 'Ask for a unit that is like some of both arms.');
}
