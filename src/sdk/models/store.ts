import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isRefusal } from '../../stats/refusal.js';
import { DataError } from '../../warehouse/warehouse.js';
import { MODEL_FORMAT, MODEL_FORMAT_VERSION, modelCardSchema, schemaHashOf, type ModelCard } from './card.js';
import type { EffectScorer } from './kind.js';
import { kinds } from './kinds.js';
import { sha256Of, type TrainedModel } from './train.js';

/** A model that can score. */
export interface StoredModel {
  readonly folder: string;
  readonly card: ModelCard;
  readonly scorer: EffectScorer;
}

export const cardText = (card: ModelCard): string => `${JSON.stringify(card, null, 2)}\n`;

/** Writes what scores, into a folder that is there. */
export async function writeBinaries(folder: string, { bin, onnx }: TrainedModel): Promise<void> {
  await writeFile(path.join(folder, 'model.bin'), bin);
  if (onnx) await writeFile(path.join(folder, 'model.onnx'), onnx);
}

export const writeCard = (folder: string, card: ModelCard): Promise<void> => writeFile(path.join(folder, 'model.json'), cardText(card));

/**
 * Keeps a model in a folder of models, as ROOT/NAME/VERSION; its version is the next of its name.
 *
 * A version appears whole or not at all: files are written beside it and moved.
 */
export async function keepModel(root: string, model: TrainedModel): Promise<{ readonly folder: string; readonly card: ModelCard }> {
  const home = path.join(root, model.card.name);
  await mkdir(home, { recursive: true });
  const staged = path.join(home, `.${randomUUID()}`);
  await mkdir(staged);
  try {
    await writeBinaries(staged, model);
    for (let version = 1 + Math.max(0, ...await versionsIn(home)); ; version++) {
      const card: ModelCard = { ...model.card, version };
      await writeCard(staged, card);
      const folder = path.join(home, String(version));
      const isMine = await rename(staged, folder).then(() => true, (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST') return false; // somebody else was first
        throw error;
      });
      if (isMine) return { folder, card };
    }
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

/** Cards of all models in a folder, by name and version. @throws DataError for a card that cannot be read */
export async function listModels(root: string): Promise<{ readonly folder: string; readonly card: ModelCard }[]> {
  const names = await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new DataError(`there is no folder of models at ${root}`) : error;
  });
  const found: { folder: string; card: ModelCard }[] = [];
  for (const { name } of names.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1))) found.push(...await listVersions(root, name));
  return found;
}

/** Cards of the versions of one model, by number; none when there is no such model. @throws DataError for a card that cannot be read */
export async function listVersions(root: string, name: string): Promise<{ readonly folder: string; readonly card: ModelCard }[]> {
  const numbers = (await versionsIn(path.join(root, name))).sort((a, b) => a - b);
  return Promise.all(numbers.map(async (number) => {
    const folder = path.join(root, name, String(number));
    return { folder, card: await readCard(folder) };
  }));
}

const versionsIn = async (home: string): Promise<number[]> => (await readdir(home).catch(() => [])).filter((name) => /^[1-9]\d*$/.test(name)).map(Number);

/** The folder of a version: that folder itself, or the newest version in a folder NAME. @throws DataError when there is no model */
export async function modelFolder(given: string): Promise<string> {
  const entries = await readdir(given).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new DataError(`there is no model at ${given}`) : error.code === 'ENOTDIR' ? new DataError(`${given} is a file; a model is a folder with model.json`) : error;
  });
  if (entries.includes('model.json')) return given;
  const versions = await versionsIn(given);
  if (versions.length === 0) throw new DataError(`${given} holds no model: neither model.json nor folders 1, 2, ... of versions`);
  return path.join(given, String(Math.max(...versions)));
}

/** The card of a version. @throws DataError for another format, a card that is not whole, and features that are not those it was written with */
export async function readCard(folder: string): Promise<ModelCard> {
  const file = path.join(folder, 'model.json');
  const text = await readFile(file, 'utf8').catch(() => { throw new DataError(`there is no model card at ${file}`); });
  const value = parsed(text, file);
  if (value['format'] !== MODEL_FORMAT) throw new DataError(`${file} is not the card of a model`);
  if (value['formatVersion'] !== MODEL_FORMAT_VERSION) throw new DataError(`${file} is of format ${String(value['formatVersion'])}; this version reads format ${MODEL_FORMAT_VERSION}: train the model again`);
  const { data: card, error } = modelCardSchema.safeParse(value);
  if (!card) throw new DataError(`${file} is not whole: ${error.issues[0]!.path.join('.')} ${error.issues[0]!.message}`);
  if (schemaHashOf(card.features) !== card.schemaHash) throw new DataError(`${file} has features that differ from those it was written with: the schema hash does not match`);
  return card;
}

function parsed(text: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch { /* told below */ }
  throw new DataError(`${file} is not JSON`);
}

/** A version that can score, checked against its card. @throws DataError for files that are absent, changed, or of other features */
export async function readModel(given: string): Promise<StoredModel> {
  const folder = await modelFolder(given);
  const card = await readCard(folder);
  const scorer = kinds[card.kind].load(await readBinary(folder, card, 'model.bin'));
  if (isRefusal(scorer)) throw new DataError(`${path.join(folder, 'model.bin')} cannot be used: ${scorer.detail}. ${scorer.remedy}`);
  const names = card.features.map(({ name }) => name);
  if (names.join('\n') !== scorer.features.join('\n')) throw new DataError(`${folder} is not one model: the card has features ${names.join(', ')}, model.bin ${scorer.features.join(', ')}`);
  return { folder, card, scorer };
}

/** A file of a version. @throws DataError when it is absent or its digest is not the one in the card */
export async function readBinary(folder: string, card: ModelCard, name: 'model.bin' | 'model.onnx'): Promise<Uint8Array> {
  const expected = card.files[name];
  const file = path.join(folder, name);
  if (!('sha256' in expected)) throw new DataError(`${card.name} has no ${name}: ${expected.detail}. ${expected.remedy}`);
  const bytes = await readFile(file).catch(() => { throw new DataError(`${file} is missing`); });
  if (sha256Of(bytes) !== expected.sha256) throw new DataError(`${file} is not the file that its card tells of: the sha256 differs`);
  return bytes;
}
