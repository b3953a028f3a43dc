import { isConstant } from '../../forest/standardise.js';
import type { Features } from '../learner.js';

/** Terms of a polynomial expansion, and how features are brought to one scale before. */
export interface Expansion {
  /** features that are expanded, by index; others stay as they are */
  readonly features: readonly number[];
  readonly centres: Float64Array;
  readonly scales: Float64Array;
  /** power of each of `features` in each term, shape (terms)(features) */
  readonly terms: readonly (readonly number[])[];
}

/**
 * Terms up to `degree` of the features that are not categorical: all products of that total degree, or powers of single features alone.
 *
 * A feature of m values has powers below m, so that 0 and 1 have no square. Constant features are left out. Values are (value - mean) / standard deviation.
 */
export function chooseExpansion({ columns, categorical }: Features, degree: number, hasProducts: boolean): Expansion {
  const named = new Set(categorical);
  const scaled = columns.flatMap((column, feature) => {
    const centre = column.reduce((sum, value) => sum + value / column.length, 0);
    const scale = Math.sqrt(column.reduce((sum, value) => sum + (value - centre) ** 2 / column.length, 0));
    return named.has(feature) || isConstant(scale, centre) ? [] : [{ feature, centre, scale, most: Math.min(degree, distinctUpTo(column, degree + 1) - 1) }];
  });
  const most = scaled.map((one) => one.most);
  const terms = hasProducts ? products(most, degree) : most.flatMap((power, j) => Array.from({ length: power }, (_, p) => most.map((_, at) => (at === j ? p + 1 : 0))));
  return { features: scaled.map(({ feature }) => feature), centres: Float64Array.from(scaled, ({ centre }) => centre), scales: Float64Array.from(scaled, ({ scale }) => scale), terms };
}

function distinctUpTo(column: Float64Array, limit: number): number {
  const found = new Set<number>();
  for (const value of column) {
    found.add(value);
    if (found.size >= limit) break;
  }
  return found.size;
}

/** Powers of all terms of total degree 1 to `degree`, none above its feature's. */
function products(most: readonly number[], degree: number): number[][] {
  let partial: number[][] = [[]];
  for (const power of most) {
    partial = partial.flatMap((term) => {
      const left = degree - term.reduce((sum, each) => sum + each, 0);
      return Array.from({ length: Math.min(power, left) + 1 }, (_, p) => [...term, p]);
    });
  }
  return partial.filter((term) => term.some((power) => power > 0)).sort((a, b) => total(a) - total(b));
}

const total = (term: readonly number[]): number => term.reduce((sum, power) => sum + power, 0);

/**
 * Terms as columns, with categorical features last: products of Hermite polynomials, which for normal features do not depend on each other.
 * @see Abramowitz, Stegun 22.7.14
 */
export function expand({ features, centres, scales, terms }: Expansion, x: Features, degree: number): Features {
  const powers = features.map((feature, j) => hermite(x.columns[feature]!.map((value) => (value - centres[j]!) / scales[j]!), degree));
  const nameOf = (term: readonly number[]) => term.flatMap((power, j) => (power === 0 ? [] : [`${x.names[features[j]!]}${power > 1 ? `^${power}` : ''}`])).join(' x ');
  const categorical = [...(x.categorical ?? [])];
  return {
    n: x.n, names: [...terms.map(nameOf), ...categorical.map((feature) => x.names[feature]!)],
    columns: [...terms.map((term) => productOf(term, powers, x.n)), ...categorical.map((feature) => x.columns[feature]!)],
    ...(categorical.length > 0 && { categorical: categorical.map((_, i) => terms.length + i) }),
  };
}

/** He_0 .. He_degree over the roots of their factorials, of which normal values have variance 1; shape (degree + 1)(n). */
function hermite(z: Float64Array, degree: number): Float64Array[] {
  const raw = [new Float64Array(z.length).fill(1), z];
  for (let k = 1; k < degree; k++) raw.push(z.map((value, i) => value * raw[k]![i]! - k * raw[k - 1]![i]!));
  let factorial = 1;
  return raw.map((column, k) => {
    factorial *= Math.max(1, k);
    const scale = Math.sqrt(factorial);
    return column.map((value) => value / scale);
  });
}

function productOf(term: readonly number[], powers: readonly (readonly Float64Array[])[], n: number): Float64Array {
  const column = new Float64Array(n).fill(1);
  term.forEach((power, j) => {
    if (power > 0) for (let i = 0; i < n; i++) column[i]! *= powers[j]![power]![i]!;
  });
  return column;
}
