/**
 * Who takes part in a tree: little bags, subsamples and the honest halves.
 *
 * A little bag draws half of the units; its trees draw from that half, so that trees of one bag differ only by what follows, and the
 * variance between bags is the sampling variance of the forest (Sexton, Laake 2009; Athey, Tibshirani, Wager 2019, section 4.1).
 */
import { allUnits, bagUnits, clustered, estimateRows, estimateUnits, role, rows, splitRows, splitUnits, treeUnits, unitLeft, unitNeed, unitOfRow, unitSize, units } from './workspace';
import { bagSize, forest, rowsPerUnit, seed, splitSize, treeSize } from './options';
import { WORDS, below, closeRun, encipherFour, nextBelow, openRun, openStream, words } from './random';

const PLACES_SPLITS: u8 = 1;
const ESTIMATES_LEAVES: u8 = 2;

/** rows that place splits, and rows that estimate leaves, in the tree being grown */
export let splitCount: i32 = 0;
export let estimateCount: i32 = 0;

/**
 * Selection sampling: `need` of the `size` units in `from`, without replacement, keeping their order.
 * @see Knuth, The Art of Computer Programming 2, algorithm S
 */
function select(from: usize, size: i32, need: i32, chosen: usize, rest: usize): void {
  let position = openRun();
  for (let i = 0; i < size; i++) {
    if (position == WORDS) {
      encipherFour();
      position = 0;
    }
    const word = load<u32>(words + (<usize>(position++) << 2));
    const unit = load<i32>(from + (<usize>i << 2));
    const isChosen = <i32>(below(word, size - i) < need);
    store<i32>(chosen, unit);
    store<i32>(rest, unit);
    chosen += <usize>isChosen << 2;
    rest += <usize>(1 - isChosen) << 2;
    need -= isChosen;
  }
  closeRun(position);
}

/** Draws the units of a little bag. */
export function drawBag(bag: i32): void {
  openStream(seed, forest, bag, 0);
  select(allUnits, units, bagSize, bagUnits, treeUnits);
}

/** Draws a tree of the bag and splits it in honest halves: `splitRows` and `estimateRows`. Leaves the tree's stream open. */
export function drawTree(bag: i32, indexInBag: i32): void {
  openStream(seed, forest, bag, indexInBag + 1);
  if (treeSize < bagSize) select(bagUnits, bagSize, treeSize, treeUnits, splitUnits);
  else memory.copy(treeUnits, bagUnits, <usize>treeSize << 2);

  memory.fill(role, 0, units);
  if (splitSize < treeSize) {
    select(treeUnits, treeSize, splitSize, splitUnits, estimateUnits);
    setRole(splitUnits, splitSize, PLACES_SPLITS);
    setRole(estimateUnits, treeSize - splitSize, ESTIMATES_LEAVES);
  } else {
    memory.copy(splitUnits, treeUnits, <usize>treeSize << 2);
    memory.copy(estimateUnits, treeUnits, <usize>treeSize << 2);
    setRole(treeUnits, treeSize, PLACES_SPLITS | ESTIMATES_LEAVES);
  }
  if (clustered) gatherRowsOfClusters();
  else {
    splitCount = splitSize;
    estimateCount = splitSize < treeSize ? treeSize - splitSize : treeSize;
  }
}

function setRole(list: usize, size: i32, value: u8): void {
  for (let i = 0; i < size; i++) store<u8>(role + <usize>load<i32>(list + (<usize>i << 2)), value);
}

/** Rows of the drawn clusters, ascending; of a cluster larger than `rowsPerUnit` a subsample of that size. */
function gatherRowsOfClusters(): void {
  for (let unit = 0; unit < units; unit++) {
    const size = load<i32>(unitSize + (<usize>unit << 2));
    store<i32>(unitLeft + (<usize>unit << 2), size);
    store<i32>(unitNeed + (<usize>unit << 2), min(size, rowsPerUnit));
  }
  splitCount = 0;
  estimateCount = 0;
  for (let row = 0; row < rows; row++) {
    const unit = <usize>load<i32>(unitOfRow + (<usize>row << 2));
    const part = load<u8>(role + unit);
    if (part == 0 || !takesRow(unit)) continue;
    if (part & PLACES_SPLITS) store<i32>(splitRows + (<usize>(splitCount++) << 2), row);
    if (part & ESTIMATES_LEAVES) store<i32>(estimateRows + (<usize>(estimateCount++) << 2), row);
  }
}

function takesRow(unit: usize): bool {
  const left = load<i32>(unitLeft + (unit << 2));
  const need = load<i32>(unitNeed + (unit << 2));
  const takes = need == left || nextBelow(left) < need;
  store<i32>(unitLeft + (unit << 2), left - 1);
  store<i32>(unitNeed + (unit << 2), need - <i32>takes);
  return takes;
}
