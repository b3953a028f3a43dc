import type { Answer, VectorCase } from './case.js';

/** One number of a case: what was published, what we say, how far apart they may be. */
export interface Leaf {
  readonly path: string;
  readonly expected: number;
  /** undefined: not covered */
  readonly got: number | undefined;
  readonly tolerance: number;
}

/** Rounding of two engines in double precision, relative; for full-precision values and fields without a tolerance. */
const ENGINE_ROUNDING = 1e-8;

/**
 * Every number that the case expects beside ours: what replaces the published value, else full precision where it was run.
 * Truth values count as 0 and 1 where we answer with one.
 */
export function leavesOf(vector: VectorCase, { values, instead }: Answer): Leaf[] {
  const leaves: Leaf[] = [];
  const tolerated = instead?.tolerance ? { tolerance: instead.tolerance } : vector;
  collect('', instead ? instead.expected : vector.full_precision ?? vector.expected, values, (path, published, got) => leaves.push({ path, expected: published, got, tolerance: toleranceOf(tolerated, path, published) }));
  return leaves;
}

function collect(path: string, expected: unknown, values: unknown, found: (path: string, expected: number, got: number | undefined) => void): void {
  const published = expected === 'Infinity' ? Infinity : expected === '-Infinity' ? -Infinity : expected;
  if (typeof published === 'boolean' && typeof values === 'boolean') return found(path, Number(published), Number(values));
  if (typeof published === 'number') return found(path, published, typeof values === 'number' ? values : undefined);
  if (typeof published !== 'object' || published === null) return;
  for (const [key, item] of Object.entries(published)) {
    collect(path === '' ? key : `${path}.${key}`, item, values === undefined || values === null ? undefined : (values as Record<string, unknown>)[key], found);
  }
}

function toleranceOf({ tolerance, rtol }: Pick<VectorCase, 'tolerance' | 'rtol'>, path: string, expected: number): number {
  const rounding = ENGINE_ROUNDING * Math.max(1e-300, Math.abs(expected));
  const relative = (rtol ?? 0) * Math.abs(expected);
  if (typeof tolerance === 'number') return Math.max(tolerance, relative, rounding);
  if (typeof tolerance !== 'object' || tolerance === null) return Math.max(relative, rounding);
  const top = path.split('.')[0]!;
  const named = Object.entries(tolerance as Record<string, unknown>).find(([key]) => key === top || top.startsWith(`${key}_`) || key === 'abs');
  return Math.max(typeof named?.[1] === 'number' ? named[1] : 0, relative, rounding);
}

export const agrees = ({ expected, got, tolerance }: Leaf): boolean => got !== undefined && (got === expected || Math.abs(got - expected) <= tolerance);
