import { adjustArms, type AdjustedArms } from '../../effects/adjusted-means.js';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { groupMoments } from '../group-moments.js';
import type { Category, Numeric } from '../estimator.js';

/** Cells that are adjusted at once at most: a design of more is beyond what cell means can carry. */
const MOST_CELLS = 1024;

/** Every combination of levels of several factors, with its mean. */
export interface FactorialCells {
  readonly cells: AdjustedArms;
  /** names of levels, shape (factors, levels); the first is the base */
  readonly levels: readonly (readonly string[])[];
  /** units of each cell */
  readonly units: readonly number[];
}

/**
 * Cell means of a full factorial design, in the order of an odometer whose last factor turns fastest.
 * @param bases level that each factor is compared with, shape (factors)
 * @param rows  false: left out; absent: all rows
 */
export function factorialCells(outcome: Numeric, covariates: readonly Numeric[], factors: readonly Category[], bases: readonly string[], rows?: (row: number) => boolean): FactorialCells | Refusal {
  const seen = factors.map(({ levels }) => levels.map(() => false));
  const isIn = (row: number): boolean => rows === undefined || rows(row);
  factors.forEach(({ codes }, f) => codes.forEach((code, row) => { if (isIn(row)) seen[f]![code] = true; }));
  const levels = factors.map(({ levels: names }, f) => [bases[f]!, ...names.filter((name, code) => seen[f]![code] && name !== bases[f])]);
  const few = levels.findIndex((names) => names.length < 2);
  if (few >= 0) return refuse('too_few_units', `factorialCells needs units at two levels of each factor; ${factors[few]!.name} has ${levels[few]!.join(', ')} only`, 'Wait for units at another level, or leave the factor out.');
  const count = levels.reduce((product, names) => product * names.length, 1);
  if (count > MOST_CELLS) return refuse('unsupported_combination', `factorialCells takes at most ${MOST_CELLS} combinations of levels; got ${count}`, 'Take fewer factors at a time.');
  const places = factors.map(({ levels: names }, f) => names.map((name) => levels[f]!.indexOf(name)));
  const groups = outcome.values.length === 0 ? new Int32Array(0) : Int32Array.from(outcome.values, (_, row) =>
    (isIn(row) ? factors.reduce((cell, { codes }, f) => cell * levels[f]!.length + places[f]![codes[row]!]!, 0) : -1));
  const moments = groupMoments([outcome, ...covariates], groups, count);
  const cells = adjustArms(moments, 1);
  const thin = cells.arms.findIndex((cell) => isRefusal(cell));
  if (thin >= 0) {
    const refusal = cells.arms[thin] as Refusal;
    return { ...refusal, detail: `cell ${cellName(factors, levels, thin)}: ${refusal.detail}` };
  }
  return { cells, levels, units: moments.map(({ n }) => n) };
}

function cellName(factors: readonly Category[], levels: readonly (readonly string[])[], cell: number): string {
  const names: string[] = [];
  for (let f = factors.length - 1; f >= 0; f--) {
    names.unshift(`${factors[f]!.name}=${levels[f]![cell % levels[f]!.length]}`);
    cell = Math.floor(cell / levels[f]!.length);
  }
  return names.join(', ');
}

/** A main effect (one factor) or an interaction (several): its name and the weights of the cells. */
export interface Term {
  /** indices of the factors */
  readonly factors: readonly number[];
  /** level of each, beside its base */
  readonly levels: readonly string[];
  /** shape (cells) */
  readonly weights: readonly number[];
}

/** Every contrast of a set of factors with their bases: differences of differences, averaged equally over the levels of the others. */
export function termsOf(which: readonly number[], levels: readonly (readonly string[])[]): Term[] {
  const choices = which.reduce<readonly (readonly number[])[]>((sets, f) => sets.flatMap((set) => levels[f]!.slice(1).map((_, i) => [...set, i + 1])), [[]]);
  return choices.map((choice) => ({
    factors: which,
    levels: choice.map((level, i) => levels[which[i]!]![level]!),
    weights: levels.reduce<readonly number[]>((weights, names, f) => {
      const at = which.indexOf(f);
      return weights.flatMap((weight) => names.map((_, level) => weight * (at < 0 ? 1 / names.length : level === choice[at] ? 1 : level === 0 ? -1 : 0)));
    }, [1]),
  }));
}
