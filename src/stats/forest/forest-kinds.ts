/**
 * Kinds of forests: a way to label a node's units, a rule that cuts are judged by, and what a leaf keeps. The numbers are those of
 * kernels/compute/forest/options.ts; the labels are defined in labels.ts there.
 */
export const labellings = { outcome: 0, effect: 1, instrumented: 2, ratio: 3, martingale: 4, several: 5 } as const;
export const splittings = { labels: 0, stabilised: 1, several: 2 } as const;
export const leafKinds = { mean: 0, effect: 1, instrumented: 2, ratio: 3, several: 4 } as const;

export interface Composition {
  readonly labels: keyof typeof labellings;
  readonly splits: keyof typeof splittings;
  readonly leaves: keyof typeof leafKinds;
}

export const forestKinds = {
  regression: { labels: 'outcome', splits: 'labels', leaves: 'mean' },
  causal: { labels: 'effect', splits: 'stabilised', leaves: 'effect' },
  causal_unstabilised: { labels: 'effect', splits: 'labels', leaves: 'effect' },
  instrumental: { labels: 'instrumented', splits: 'stabilised', leaves: 'instrumented' },
  instrumental_unstabilised: { labels: 'instrumented', splits: 'labels', leaves: 'instrumented' },
  survival: { labels: 'martingale', splits: 'labels', leaves: 'mean' },
  causal_survival: { labels: 'ratio', splits: 'stabilised', leaves: 'ratio' },
  causal_survival_unstabilised: { labels: 'ratio', splits: 'labels', leaves: 'ratio' },
  /** several outcomes and, for multi_causal, several treatments */
  multi_regression: { labels: 'several', splits: 'several', leaves: 'several' },
  multi_causal: { labels: 'several', splits: 'several', leaves: 'several' },
} as const satisfies Record<string, Composition>;

export type ForestKind = keyof typeof forestKinds;

/** Whether each child keeps units below and above the mean treatment: such nodes are larger. */
export const isBalanced = (kind: ForestKind): boolean => forestKinds[kind].splits === 'stabilised' || kind === 'multi_causal';

/** A kind in the numbers of the kernel. */
export interface KindNumbers { readonly labels: number; readonly splits: number; readonly leaves: number }

export function kindNumbers(kind: ForestKind): KindNumbers {
  const { labels, splits, leaves } = forestKinds[kind];
  return { labels: labellings[labels], splits: splittings[splits], leaves: leafKinds[leaves] };
}
