import { fnv1a32 } from '../stats/design/assignment/fnv1a32.js';
import { stream } from '../stats/numeric/random.js';
import type { Prepared } from './row.js';

/** Replicates that are summed before sums are added up: sums of fractions then do not depend on who summed what. */
export const BLOCK = 250;

/**
 * Sums of the figures over the replicates of one block. Replicate r of a row draws from the stream (seed, name of the row, r), whoever runs it.
 * @returns shape (figures)
 */
export async function runBlock(row: string, { figures, replicate }: Prepared, seed: number, block: number, replicates: number): Promise<number[]> {
  const sums = figures.map(() => 0);
  const own = stream(seed, fnv1a32(row));
  for (let r = block * BLOCK; r < Math.min(replicates, (block + 1) * BLOCK); r++) {
    const values = await replicate(own.split(r));
    for (let f = 0; f < sums.length; f++) sums[f]! += values[f]!;
  }
  return sums;
}

export const blocksOf = (replicates: number): number => Math.ceil(replicates / BLOCK);

/** Means of the figures, blocks added in their order. */
export function meansOf(blocks: readonly (readonly number[])[], replicates: number): number[] {
  return blocks[0]!.map((_, f) => blocks.reduce((sum, block) => sum + block[f]!, 0) / replicates);
}
