/** A rising step function: `values[k]` from `scores[k]` on, and `values[0]` below. */
export interface IsotonicMap {
  /** ascending, shape (steps) */
  readonly scores: Float64Array;
  /** rising, shape (steps) */
  readonly values: Float64Array;
}

/**
 * Isotonic regression of y on scores: the rising function with least weighted squared error, by pooling adjacent violators. Equal scores share a value.
 * @param weight at least 0, shape (n); absent: all 1
 * @see Ayer et al. (1955), Annals of Mathematical Statistics 26(4); Zadrozny, Elkan (2002), KDD, for calibration
 */
export function isotonicRegression(scores: Float64Array, y: Float64Array, weight?: Float64Array): IsotonicMap {
  const blocks: Block[] = [];
  for (const tie of tiesOf(scores, y, weight)) {
    let block = tie;
    for (let last = blocks.at(-1); last && last.value >= block.value; last = blocks.at(-1)) {
      blocks.pop();
      block = pool(last, block);
    }
    blocks.push(block);
  }
  return { scores: Float64Array.from(blocks, ({ score }) => score), values: Float64Array.from(blocks, ({ value }) => value) };
}

/** Neighbours that share a value; the lowest of their scores. */
interface Block { readonly score: number; readonly weight: number; readonly value: number }

function pool(lower: Block, upper: Block): Block {
  const weight = lower.weight + upper.weight;
  return { score: lower.score, weight, value: lower.value + ((upper.value - lower.value) * upper.weight) / weight };
}

/** Rows of one score each, ascending. */
function tiesOf(scores: Float64Array, y: Float64Array, weight: Float64Array | undefined): Block[] {
  const order = Int32Array.from(scores.keys()).filter((row) => !weight || weight[row]! > 0).sort((a, b) => scores[a]! - scores[b]! || a - b);
  const ties: Block[] = [];
  for (const row of order) {
    const block = { score: scores[row]!, weight: weight ? weight[row]! : 1, value: y[row]! };
    const last = ties.at(-1);
    if (last?.score === block.score) ties[ties.length - 1] = pool(last, block);
    else ties.push(block);
  }
  return ties;
}

/** The value of the step that a score lies on. */
export function isotonicValue({ scores, values }: IsotonicMap, score: number): number {
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (scores[middle]! <= score) low = middle + 1;
    else high = middle;
  }
  return values[Math.max(0, low - 1)]!;
}
