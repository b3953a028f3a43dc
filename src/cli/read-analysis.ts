import { analysisSchema, type Analysis } from '../experiment/analysis.js';
import { InputError } from './input-error.js';
import { parseAs, readNamed } from './read-document.js';

const MOST_BYTES = 512 * 2 ** 20;

/** An analysis as `assay analyze --format json` writes it. */
export async function readAnalysis(file: string): Promise<Analysis> {
  const text = await readNamed(file, 'analysis', MOST_BYTES);
  return parseAs(analysisSchema, jsonOf(text, file), `${file} is not an analysis`);
}

export function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file} is not JSON: ${(error as Error).message}`);
  }
}
