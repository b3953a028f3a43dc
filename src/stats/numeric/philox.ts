/** Rounds of Philox; ten pass every test of BigCrush, seven are the fewest that do. */
const ROUNDS = 10;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
/** The multipliers 0xD2511F53 and 0xCD9E8D57 in halves: products of halves fit 32 bits. */
const M0_HIGH = 0xd251;
const M0_LOW = 0x1f53;
const M1_HIGH = 0xcd9e;
const M1_LOW = 0x8d57;

/**
 * Philox4x32-10: a keyed bijection of 128-bit counters that looks random. No state, so any block of any stream can be had
 * at once and in any order.
 *
 * @param counter shape (4), 32-bit words
 * @param out     shape (4), receives the block
 * @see Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC11
 */
export function philox(counter: Uint32Array, key0: number, key1: number, out: Uint32Array): void {
  let c0 = counter[0]!;
  let c1 = counter[1]!;
  let c2 = counter[2]!;
  let c3 = counter[3]!;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const c0Low = c0 & 0xffff;
    const c0High = c0 >>> 16;
    const bottom0 = c0Low * M0_LOW;
    const middle0 = c0High * M0_LOW + (bottom0 >>> 16);
    const cross0 = c0Low * M0_HIGH + (middle0 & 0xffff);
    const high0 = c0High * M0_HIGH + (middle0 >>> 16) + (cross0 >>> 16);
    const low0 = (cross0 << 16) | (bottom0 & 0xffff);

    const c2Low = c2 & 0xffff;
    const c2High = c2 >>> 16;
    const bottom1 = c2Low * M1_LOW;
    const middle1 = c2High * M1_LOW + (bottom1 >>> 16);
    const cross1 = c2Low * M1_HIGH + (middle1 & 0xffff);
    const high1 = c2High * M1_HIGH + (middle1 >>> 16) + (cross1 >>> 16);
    const low1 = (cross1 << 16) | (bottom1 & 0xffff);

    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
