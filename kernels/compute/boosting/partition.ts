/** Who goes left: the records of a leaf are parted in order, and rows outside the bag are sent down the finished tree. */
import { END, FEATURE, isInMask, leaf, madeSplits, SPLIT_BYTES, SPLIT_LEAF, START } from './leaves';
import { BINS, bins, inBag, leafOf, RECORD_SHIFT, records, rows, spill, stride } from './workspace';

/** u32 a bin: 1 goes left */
const side: usize = memory.data(4 * 256, 16);
const MAX_LEAVES = 4096;
/** i32: what follows a split on its left and right (a split, or ~leaf), and the next split of each leaf */
const leftOf: usize = memory.data(4 * MAX_LEAVES, 16);
const rightOf: usize = memory.data(4 * MAX_LEAVES, 16);
const nextOf: usize = memory.data(4 * MAX_LEAVES, 16);

/** Parts the records start .. end - 1 by a split, those that go left first, each side in order. Returns where the right side begins. */
export function partition(split: usize, start: i32, end: i32): i32 {
  for (let bin = 0; bin < BINS; bin++) store<u32>(side + (<usize>bin << 2), isInMask(split, bin) ? 1 : 0);
  const column = bins + <usize>load<i32>(split + FEATURE);
  const last = records + (<usize>end << RECORD_SHIFT);
  let left = records + (<usize>start << RECORD_SHIFT);
  let right = spill;
  for (let record = left; record < last; record += 16) {
    const whole = v128.load(record);
    const bin = load<u8>(column + <usize>load<i32>(record) * <usize>stride);
    const goes = <usize>load<u32>(side + (<usize>bin << 2));
    v128.store(left, whole);
    v128.store(right, whole);
    left += goes << RECORD_SHIFT;
    right += (1 - goes) << RECORD_SHIFT;
  }
  memory.copy(left, spill, right - spill);
  return <i32>((left - records) >> RECORD_SHIFT);
}

/** Writes the leaf of every row. */
export function writeLeaves(leaves: i32): void {
  for (let index = 0; index < leaves; index++) {
    const last = records + (<usize>load<i32>(leaf(index) + END) << RECORD_SHIFT);
    for (let record = records + (<usize>load<i32>(leaf(index) + START) << RECORD_SHIFT); record < last; record += 16) {
      store<u16>(leafOf + (<usize>load<i32>(record) << 1), <u16>index);
    }
  }
  linkSplits(leaves);
  for (let row = 0; row < rows; row++) {
    if (load<u8>(inBag + <usize>row) == 0) store<u16>(leafOf + (<usize>row << 1), <u16>route(row, leaves));
  }
}

/** From the last split to the first: what follows on either side. */
function linkSplits(leaves: i32): void {
  for (let index = 0; index < leaves; index++) store<i32>(nextOf + (<usize>index << 2), ~index);
  for (let s = leaves - 2; s >= 0; s--) {
    const own = nextOf + (<usize>load<i32>(madeSplits + <usize>s * SPLIT_BYTES + SPLIT_LEAF) << 2);
    store<i32>(leftOf + (<usize>s << 2), load<i32>(own));
    store<i32>(rightOf + (<usize>s << 2), load<i32>(nextOf + (<usize>(s + 1) << 2)));
    store<i32>(own, s);
  }
}

function route(row: i32, leaves: i32): i32 {
  let at = leaves > 1 ? 0 : ~0;
  while (at >= 0) {
    const split = madeSplits + <usize>at * SPLIT_BYTES;
    const bin = <i32>load<u8>(bins + <usize>row * <usize>stride + <usize>load<i32>(split + FEATURE));
    at = load<i32>((isInMask(split, bin) ? leftOf : rightOf) + (<usize>at << 2));
  }
  return ~at;
}
