import path from 'node:path';
import { whileNative } from '../../warehouse/native-section.js';
import { DataError } from '../../warehouse/warehouse.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import type { EngineOptions } from '../../stats/forest/forest-engine.js';
import type { UnitScores } from '../../stats/forest/score-units.js';
import { readColumns } from '../read-columns.js';
import type { StoredModel } from './store.js';
import { readFeatures, scoreColumns } from './score.js';

/** Names of scores. */
const SCORES: readonly string[] = ['cate', 'prediction', 'variance'];

/** What scoring a file came to. */
export interface ScoredFile {
  readonly rows: number;
  /** rows whose effect is not identified: null in the file */
  readonly withoutEffect: number;
  readonly columns: readonly string[];
}

/**
 * Scores the rows of a file into a Parquet file of the same order: the kept columns as text, then cate, or prediction, and variance.
 * @param keep  columns that identify units; refused where they have the name of a score
 * @throws DataError for columns and categories that the model cannot read
 */
export async function scoreFile(model: StoredModel, file: string, out: string, keep: readonly string[], options: EngineOptions = {}): Promise<ScoredFile | Refusal> {
  const clash = keep.find((name) => SCORES.includes(name) || keep.indexOf(name) !== keep.lastIndexOf(name));
  if (clash !== undefined) throw new DataError(`column "${clash}" cannot be kept: ${keep.indexOf(clash) === keep.lastIndexOf(clash) ? 'a score has that name' : 'it is named twice'}`);
  if (path.resolve(file) === path.resolve(out)) throw new DataError(`${out} is the file to score; give another place for the scores`);
  const features = await readFeatures(model, file);
  const kept = keep.length === 0 ? [] : (await readColumns(file, keep.map((column) => ({ column, kind: 'category', mayBeMissing: true })))).columns
    .map((column) => ('levels' in column ? Array.from(column.codes, (code) => column.levels[code] ?? null) : []));
  const scores = await scoreColumns(model.scorer, features, options);
  if (isRefusal(scores)) return scores;
  await whileNative(() => writeScores(out, keep, kept, model.scorer.output, scores));
  const withoutEffect = scores.isIdentified.reduce((count, is) => count + (is ? 0 : 1), 0);
  return { rows: scores.estimates.length, withoutEffect, columns: [...keep, model.scorer.output, ...(scores.variances ? ['variance'] : [])] };
}

/** Rows of one DuckDB vector. */
const VECTOR = 2048;

async function writeScores(out: string, names: readonly string[], kept: readonly (readonly (string | null)[])[], output: string, { estimates, variances, isIdentified }: UnitScores): Promise<void> {
  const { DuckDBDataChunk, DuckDBInstance, DOUBLE, VARCHAR } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const numbers = [{ name: output, values: estimates }, ...(variances ? [{ name: 'variance', values: variances }] : [])];
  try {
    await connection.run(`CREATE TABLE scores (${[...names.map((name) => `${quoted(name)} VARCHAR`), ...numbers.map(({ name }) => `${name} DOUBLE`)].join(', ')})`);
    const appender = await connection.createAppender('scores');
    const types = [...names.map(() => VARCHAR), ...numbers.map(() => DOUBLE)];
    for (let from = 0; from < estimates.length; from += VECTOR) {
      const to = Math.min(estimates.length, from + VECTOR);
      const chunk = DuckDBDataChunk.create(types, to - from);
      chunk.setColumns([
        ...kept.map((column) => column.slice(from, to)),
        ...numbers.map(({ values }) => Array.from(values.subarray(from, to), (value, i) => (isIdentified[from + i] ? value : null))),
      ]);
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    await connection.run(`COPY scores TO ${literal(out)} (FORMAT parquet)`);
  } catch (error) {
    throw /^IO Error/.test((error as Error).message) ? new DataError(`${out} cannot be written: ${(error as Error).message.split('\n')[0]!.replace(/^IO Error: /, '')}`) : error;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
