import type { Category, Numeric } from '../../stats/estimators/estimator.js';
import { DataError } from '../../warehouse/warehouse.js';
import type { Wanted } from '../raw-columns.js';
import type { ModelCard, ModelFeature } from './card.js';

/** How columns are encoded, as training had them. */
export const featureOf = (column: Numeric | Category): ModelFeature => ('values' in column
  ? { name: column.name, kind: 'numeric', levels: null, hadMissing: column.values.some(Number.isNaN) }
  : { name: column.name, kind: 'category', levels: [...column.levels], hadMissing: column.codes.includes(-1) });

/** What a file to score must have. */
export const wantedFeatures = ({ features }: Pick<ModelCard, 'features'>): Wanted[] => features.map(({ name, kind }) => ({ column: name, kind, mayBeMissing: true }));

type Encoding = Pick<ModelCard, 'features' | 'unseenCategories'>;
const MOST_NAMED = 5;

/**
 * Columns as the model reads them: numbers, NaN where missing, and categories as codes.
 * @throws DataError for infinite numbers, and for categories that training did not have where they are refused
 */
export function encodedColumns({ features, unseenCategories }: Encoding, columns: readonly (Numeric | Category)[]): Float64Array[] {
  return features.map((feature, i) => {
    const column = columns[i]!;
    if ('values' in column) {
      if (column.values.some((value) => value === Infinity || value === -Infinity)) throw new DataError(`column "${feature.name}" has infinite values, which no model takes`);
      return column.values;
    }
    const codeOf = new Map(feature.levels!.map((level, code) => [level, code]));
    const codes = column.levels.map((level) => codeOf.get(level) ?? NaN);
    const unseen = column.levels.filter((_, code) => Number.isNaN(codes[code]!));
    if (unseen.length > 0 && unseenCategories === 'refuse') throw new DataError(unseenSentence(feature.name, unseen));
    return Float64Array.from(column.codes, (code) => (code < 0 ? NaN : codes[code]!));
  });
}

function unseenSentence(name: string, unseen: readonly string[]): string {
  const more = unseen.length > MOST_NAMED ? ` and ${unseen.length - MOST_NAMED} more` : '';
  return `column "${name}" has categories that the model was not trained with: ${unseen.slice(0, MOST_NAMED).map((level) => `"${level}"`).join(', ')}${more}. Leave these rows out, or train with unseenCategories: missing`;
}

/** What is wrong with one value of a row. */
export interface RowIssue { readonly path: string; readonly message: string }

/** Values of one row in the order of the features, or what is wrong with them. A null is a missing value; an absent one is an error. */
export function encodedRow({ features, unseenCategories }: Encoding, row: Readonly<Record<string, unknown>>): readonly number[] | { readonly issues: readonly RowIssue[] } {
  const issues: RowIssue[] = [];
  const values = features.map(({ name, levels }) => {
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    const wrong = (message: string) => { issues.push({ path: name, message }); return NaN; };
    if (value === undefined) return wrong('is missing; give null where the value is not known');
    if (value === null) return NaN;
    if (typeof value === 'object') return wrong('must be a single value');
    if (levels === null) {
      const number = typeof value === 'boolean' ? Number(value) : value;
      return typeof number === 'number' && Number.isFinite(number) ? number : wrong(`must be a finite number or null; got ${JSON.stringify(value)}`);
    }
    const code = levels.indexOf(String(value));
    if (code >= 0) return code;
    return unseenCategories === 'missing' ? NaN : wrong(`must be one of ${shortList(levels)}, or null; got "${String(value).slice(0, 80)}"`);
  });
  return issues.length > 0 ? { issues } : values;
}

const MOST_LEVELS = 20;
const shortList = (levels: readonly string[]): string =>
  (levels.length > MOST_LEVELS ? `${levels.slice(0, MOST_LEVELS).join(', ')} and ${levels.length - MOST_LEVELS} more` : levels.join(', '));
