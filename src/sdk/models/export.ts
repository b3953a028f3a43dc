import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from '../../warehouse/warehouse.js';
import type { ModelCard } from './card.js';
import { cardText } from './store.js';
import { sha256Of } from './train.js';

/** Files that an ONNX runtime needs: the model, and the card that tells how its inputs are encoded. */
export interface ExportedModel { readonly onnx: string; readonly card: string }

/**
 * Writes model.onnx and model.json into a folder, which is made where it is not there.
 * @throws DataError when the model has no ONNX form, or the bytes are not those that its card tells of
 */
export async function writeExport(folder: string, card: ModelCard, read: () => Promise<Uint8Array>): Promise<ExportedModel> {
  const expected = card.files['model.onnx'];
  if (!('sha256' in expected)) throw new DataError(`${card.name} ${card.version} has no ONNX form: ${expected.detail}. ${expected.remedy}`);
  const bytes = await read();
  if (sha256Of(bytes) !== expected.sha256) throw new DataError(`model.onnx of ${card.name} ${card.version} is not the file that its card tells of: the sha256 differs`);
  await mkdir(folder, { recursive: true });
  const written = { onnx: path.join(folder, 'model.onnx'), card: path.join(folder, 'model.json') };
  await writeFile(written.onnx, bytes);
  await writeFile(written.card, cardText(card));
  return written;
}
