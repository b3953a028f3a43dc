/** State of the hash before any input. */
export const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * FNV-1a, 32 bits, over the UTF-16 code units of a text: one 16-bit xor a unit, not one a byte.
 *
 * This is what JavaScript SDKs compute; a port that hashes UTF-8 bytes agrees on ASCII only.
 * @param state hash of what came before: `fnv1a32(b, fnv1a32(a))` is `fnv1a32(a + b)`
 * @returns unsigned, in [0, 2^32)
 * @see Fowler, Noll, Vo; GrowthBook SDK specification 0.8, "hash"
 */
export function fnv1a32(text: string, state: number = FNV_OFFSET): number {
  let hash = state;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash >>> 0;
}

/** The same of the decimal digits of a whole number, without writing them out. @param n in [0, 2^53) */
export function fnv1a32OfDecimal(n: number): number {
  let divisor = 1;
  while (n / divisor >= 10) divisor *= 10;
  let hash = FNV_OFFSET;
  for (let rest = n; divisor >= 1; divisor /= 10) {
    const digit = Math.floor(rest / divisor);
    rest -= digit * divisor;
    hash = Math.imul(hash ^ (DIGIT_ZERO + digit), FNV_PRIME);
  }
  return hash >>> 0;
}

const DIGIT_ZERO = 0x30;
