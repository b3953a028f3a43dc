import { isRefusal, type Refusal } from '../../stats/refusal.js';
import { openOnnx } from './onnx-runtime.js';
import { readFeatures, scoreColumns } from './score.js';
import { readBinary, type StoredModel } from './store.js';

/** Differences are told in shares of the largest score of the rows: a unit of the outcome may be anything. */
export const AGREEMENT = 1e-6;
const PROBES = 2000;
/** The ONNX form takes about 100 bytes a unit and tree. */
const CHUNK = 500;

export interface OutputCheck {
  readonly output: string;
  /** largest difference between the two scorers over the largest score */
  readonly difference: number;
  /** rows where only one of them has a score */
  readonly oneSided: number;
  readonly agrees: boolean;
}
export interface ModelCheck {
  readonly rows: number;
  readonly runtime: string;
  readonly outputs: readonly OutputCheck[];
  readonly agrees: boolean;
}

/**
 * Scores the same rows by onnxruntime-node and by this program, and compares.
 * @param file  rows to score; absent: rows made to try every cut and level of the model
 * @throws DataError when there is no runtime, no ONNX form, or the file cannot be read
 */
export async function checkModel(model: StoredModel, file?: string): Promise<ModelCheck | Refusal> {
  const onnx = await openOnnx(await readBinary(model.folder, model.card, 'model.onnx'));
  try {
    const columns = file === undefined ? model.scorer.probes(PROBES) : await readFeatures(model, file);
    const ours = await scoreColumns(model.scorer, columns);
    if (isRefusal(ours)) return ours;
    const theirs = await onnx.score(columns, CHUNK);
    const own: Readonly<Record<string, Float64Array | null>> = { [model.scorer.output]: ours.estimates, variance: ours.variances };
    const outputs = model.card.outputs.map((output) => compared(output, own[output]!, theirs[output]!, ours.isIdentified));
    return { rows: columns[0]!.length, runtime: onnx.version, outputs, agrees: outputs.every(({ agrees }) => agrees) };
  } finally {
    await onnx.close();
  }
}

function compared(output: string, ours: Float64Array, theirs: Float64Array, isIdentified: Uint8Array): OutputCheck {
  let largest = 0;
  let scale = 0;
  let oneSided = 0;
  ours.forEach((value, row) => {
    const has = isIdentified[row] === 1;
    if (has !== Number.isFinite(theirs[row])) oneSided++;
    else if (has) {
      largest = Math.max(largest, Math.abs(value - theirs[row]!));
      scale = Math.max(scale, Math.abs(value));
    }
  });
  const difference = largest === 0 ? 0 : largest / scale;
  return { output, difference, oneSided, agrees: difference <= AGREEMENT && oneSided === 0 };
}
