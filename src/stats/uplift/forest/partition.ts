import type { Split } from './best-split.js';
import type { UpliftRows } from './uplift-forest.js';
import { BY_SET, MISSING_LEFT } from './uplift-tree.js';

/** Parts the units of a node: those that go left, and those that go right, in their order. */
export type Partition = (units: Int32Array, split: Split) => readonly [Int32Array, Int32Array];

export function partitioner({ binned, columns, codes }: UpliftRows): Partition {
  const isLeft = new Uint8Array(256);
  const lefts = new Int32Array(codes.length);
  const rights = new Int32Array(codes.length);
  return (units, split) => {
    markLeft(isLeft, split, binned.hasMissing[split.feature] === 1);
    const column = columns[split.feature]!;
    let l = 0;
    let r = 0;
    for (let i = 0; i < units.length; i++) {
      const unit = units[i]!;
      const left = isLeft[column[unit]!]!;
      lefts[l] = unit;
      rights[r] = unit;
      l += left;
      r += 1 - left;
    }
    return [lefts.slice(0, l), rights.slice(0, r)];
  };
}

/** 1 for each bin whose units go left, as `goesLeft` has it. */
function markLeft(isLeft: Uint8Array, { cut, rule, set }: Split, hasMissing: boolean): void {
  if (rule & BY_SET) {
    for (let bin = 0; bin < 256; bin++) isLeft[bin] = (set![bin >> 5]! >>> (bin & 31)) & 1;
    return;
  }
  isLeft.fill(1, 0, cut + 1);
  isLeft.fill(0, cut + 1);
  if (hasMissing) isLeft[0] = rule & MISSING_LEFT ? 1 : 0;
}
