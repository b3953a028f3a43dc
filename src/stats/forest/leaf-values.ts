import { forestKinds, type ForestKind } from './forest-kinds.js';

/** Columns that labels and leaves are made of; their roles by kind are told in kernels/compute/forest/labels.ts. */
export interface LabelColumns {
  /** shape (n) each */
  readonly treatment: Float32Array;
  readonly outcome: Float32Array;
  /** all 1 without sample weights */
  readonly weight: Float32Array;
  /** beyond the first two; several treatments first, then several outcomes */
  readonly further: readonly Float32Array[];
  /** how many of `further` are treatments; 0 but in forests of several effects */
  readonly treatments: number;
}

/** Where the values of several effects start: { G, Y_j, W_i, W_i Y_j by i, W_i W_j by i <= j }. */
export function severalPlaces(treatments: number, outcomes: number) {
  const y = 1;
  const w = y + outcomes;
  const wy = w + treatments;
  const ww = wy + treatments * outcomes;
  return { y, w, wy, ww, end: ww + (treatments * (treatments + 1)) / 2 };
}

/**
 * Values kept of a leaf, an even number: mean (Y, G); effect (WY, WW, W, Y), with weights also (G, 0); instrumented (ZY, ZW, Z, Y, W, ZZ),
 * with weights also (G, 0); ratio (N, D); several as `severalPlaces`, filled up with a 0.
 */
export function leafValueCount(kind: ForestKind, weighted: boolean, columns: LabelColumns): number {
  const { leaves } = forestKinds[kind];
  if (leaves === 'mean' || leaves === 'ratio') return 2;
  if (leaves === 'effect') return weighted ? 6 : 4;
  if (leaves === 'instrumented') return weighted ? 8 : 6;
  return 2 * Math.ceil(severalPlaces(columns.treatments, columns.further.length - columns.treatments).end / 2);
}

/** What one row adds to the sums of its leaf; the kernel's twin is leaf-values.ts. */
export function valuesOfRow(kind: ForestKind, columns: LabelColumns, row: number): number[] {
  const { leaves } = forestKinds[kind];
  const g = columns.weight[row]!;
  const y = columns.outcome[row]!;
  if (leaves === 'mean') return [g * y, g];
  if (leaves === 'ratio') return [g * y, g * columns.further[0]![row]!];
  if (leaves === 'several') return severalValues(columns, row);
  const z = columns.treatment[row]!;
  const gz = g * z;
  if (leaves === 'effect') return [gz * y, gz * z, gz, g * y, g];
  const w = columns.further[0]![row]!;
  return [gz * y, gz * w, gz, g * y, g * w, gz * z, g];
}

function severalValues({ weight, further, treatments }: LabelColumns, row: number): number[] {
  const g = weight[row]!;
  const w = further.slice(0, treatments).map((column) => column[row]!);
  const y = further.slice(treatments).map((column) => column[row]!);
  return [
    g, ...y.map((value) => g * value), ...w.map((value) => g * value),
    ...w.flatMap((left) => y.map((right) => g * left * right)),
    ...w.flatMap((left, i) => w.slice(i).map((right) => g * left * right)),
  ];
}
