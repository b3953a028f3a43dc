/** The memory of one instance: the problem as it was told, and the scratch of one sweep. A pointer is a byte address. */
export let units: i32 = 0;
export let features: i32 = 0;
export let actions: i32 = 0;
/** unordered pairs of actions */
export let pairs: i32 = 0;
/** units that a leaf has at least */
export let minLeaf: i32 = 0;

/** i32, shape (features): distinct levels of each */
export let levelCounts: usize = 0;
/** i32, shape (features, units): the level of each unit, and the units by ascending level */
export let levels: usize = 0;
export let order: usize = 0;
/** f64 whole numbers, shape (units, actions) */
export let scores: usize = 0;
/** v128 { a - b, b - a } for each pair of actions a < b, shape (units, pairs) */
export let differences: usize = 0;

/** f64, shape (levels of the first split, actions): sums of the scores of the side at hand */
export let sideTotals: usize = 0;
/** f64, shape (levels of the first split): worth of the side at or below each level, of the side above it, and of both */
export let worthBelow: usize = 0;
export let worthAbove: usize = 0;
export let rootValues: usize = 0;
/** nodes of the prefix tree { v128 sums, v128 best prefixes }, shape (nodes, pairs) */
export let prefixTree: usize = 0;
/** i32, shape (levels): units of the side at each level of the second feature */
export let levelUnits: usize = 0;

let top: usize = 0;

function allocate(bytes: usize): usize {
  const start = (top + 63) & ~63;
  top = start + bytes;
  const missing = <i64>top - (<i64>memory.size() << 16);
  if (missing > 0 && memory.grow(<i32>((missing + 0xffff) >> 16)) < 0) unreachable();
  return start;
}

/** Lays out the memory for a problem whose features have at most `mostLevels` levels; the caller then fills it. */
export function layOut(n: i32, p: i32, actionCount: i32, smallestLeaf: i32, mostLevels: i32): void {
  top = __heap_base;
  units = n;
  features = p;
  actions = actionCount;
  pairs = (actionCount * (actionCount - 1)) / 2;
  minLeaf = smallestLeaf;
  let leaves = 1;
  while (leaves < mostLevels) leaves <<= 1;
  levelCounts = allocate(<usize>p << 2);
  levels = allocate((<usize>p * <usize>n) << 2);
  order = allocate((<usize>p * <usize>n) << 2);
  scores = allocate((<usize>n * <usize>actions) << 3);
  differences = allocate((<usize>n * <usize>pairs) << 4);
  sideTotals = allocate((<usize>mostLevels * <usize>actions) << 3);
  worthBelow = allocate(<usize>mostLevels << 3);
  worthAbove = allocate(<usize>mostLevels << 3);
  rootValues = allocate(<usize>mostLevels << 3);
  prefixTree = allocate((<usize>leaves * 2 * <usize>pairs) << 5);
  levelUnits = allocate(<usize>mostLevels << 2);
}

/** Fills `differences` from `scores`. */
export function prepareDifferences(): void {
  let to = differences;
  for (let unit = 0; unit < units; unit++) {
    const own = scores + ((<usize>unit * <usize>actions) << 3);
    for (let a = 0; a < actions; a++) {
      for (let b = a + 1; b < actions; b++, to += 16) {
        const difference = load<f64>(own + (<usize>a << 3)) - load<f64>(own + (<usize>b << 3));
        store<f64>(to, difference);
        store<f64>(to, -difference, 8);
      }
    }
  }
}
