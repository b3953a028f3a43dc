import { analysisSchema, type Analysis } from '../experiment/analysis.js';
import { InputError } from './input-error.js';
import { parseAs, readNamed } from './read-document.js';

const MOST_BYTES = 512 * 2 ** 20;

/** An analysis as `assay analyze --format json` writes it. */
export const readAnalysis = async (file: string): Promise<Analysis> =>
  parseAs(analysisSchema, await readAnalysisJson(file), `${file} is not an analysis`);

/** The JSON of such a file, of whatever shape. */
export async function readAnalysisJson(file: string): Promise<unknown> {
  const text = await readNamed(file, 'analysis', MOST_BYTES);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file} is not JSON: ${(error as Error).message}`);
  }
}
