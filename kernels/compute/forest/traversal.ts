/** Finding the leaf of a unit: from the root, right when (bin - shift) & 255 exceeds the threshold, until a node is a leaf. */

/** One step; a leaf steps to itself. */
function step(nodes: usize, node: u32, row: usize): u32 {
  const at = nodes + (<usize>node << 3);
  const left = load<u32>(at);
  const bin = (<u32>load<u8>(row + <usize>load<u16>(at, 4)) - <u32>load<u8>(at, 7)) & 255;
  return select(left + <u32>(bin > <u32>load<u8>(at, 6)), node, <i32>left >= 0);
}

/** The leaves of four units at once, to overlap the waits for memory; written as four u32 node numbers. */
export function findLeaves(nodes: usize, row0: usize, row1: usize, row2: usize, row3: usize, leaves: usize): void {
  let a: u32 = 0;
  let b: u32 = 0;
  let c: u32 = 0;
  let d: u32 = 0;
  for (;;) {
    const nextA = step(nodes, a, row0);
    const nextB = step(nodes, b, row1);
    const nextC = step(nodes, c, row2);
    const nextD = step(nodes, d, row3);
    if (((nextA ^ a) | (nextB ^ b) | (nextC ^ c) | (nextD ^ d)) == 0) break;
    a = nextA;
    b = nextB;
    c = nextC;
    d = nextD;
  }
  store<u32>(leaves, a);
  store<u32>(leaves, b, 4);
  store<u32>(leaves, c, 8);
  store<u32>(leaves, d, 12);
}
