/** What a lone surrogate becomes in UTF-8: U+FFFD, as in the WHATWG encoding standard. */
const REPLACEMENT = 0xfffd;

/**
 * MurmurHash3 (x86, 32 bits) of the UTF-8 bytes of a text.
 *
 * Bytes are made while hashing, so that a decision allocates nothing. A lone surrogate counts as U+FFFD.
 * @returns unsigned, in [0, 2^32)
 * @see Appleby (2011), MurmurHash3.cpp
 */
export function murmur3(text: string, seed = 0): number {
  let hash = seed | 0;
  let block = 0;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    let encoded = point;
    let size = 1;
    if (point >= 0x80) {
      if (point >= 0xd800 && point < 0xe000) {
        const low = point < 0xdc00 ? text.charCodeAt(i + 1) : NaN;
        if (low >= 0xdc00 && low < 0xe000) {
          point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
          i++;
        } else point = REPLACEMENT;
      }
      size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      encoded = littleEndianUtf8(point, size);
    }
    const filled = bytes & 3;
    block |= encoded << (8 * filled);
    bytes += size;
    if (filled + size >= 4) {
      hash = Math.imul(rotateLeft(hash ^ mixBlock(block), 13), 5) + 0xe6546b64 | 0;
      // JavaScript shifts by the count modulo 32: a shift by 32 would keep the bytes it should drop
      block = filled === 0 ? 0 : encoded >>> (8 * (4 - filled));
    }
  }
  if (bytes & 3) hash ^= mixBlock(block);
  return finalise(hash ^ bytes);
}

/** UTF-8 bytes of a code point beyond ASCII, the first byte lowest. */
function littleEndianUtf8(point: number, size: number): number {
  const last = 0x80 | (point & 0x3f);
  if (size === 2) return (0xc0 | (point >> 6)) | (last << 8);
  const middle = 0x80 | ((point >> 6) & 0x3f);
  if (size === 3) return (0xe0 | (point >> 12)) | (middle << 8) | (last << 16);
  return (0xf0 | (point >> 18)) | ((0x80 | ((point >> 12) & 0x3f)) << 8) | (middle << 16) | (last << 24);
}

const rotateLeft = (x: number, r: number): number => (x << r) | (x >>> (32 - r));

const mixBlock = (block: number): number => Math.imul(rotateLeft(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);

function finalise(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
