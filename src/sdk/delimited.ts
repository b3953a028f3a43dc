import { open } from 'node:fs/promises';
import { DataError } from '../warehouse/warehouse.js';

const DELIMITERS = [',', ';', '\t', '|'] as const;
/** A header longer than this is no header. */
const MOST_HEADER_BYTES = 2 ** 20;

export interface Header { readonly delimiter: string; readonly names: readonly string[] }

/**
 * Names and delimiter from the first line of a CSV file: the delimiter that occurs most outside quotes.
 * Read here rather than guessed from the body, so that a broken line is an error and never a new header.
 */
export async function readHeader(file: string): Promise<Header> {
  const line = await firstLine(file);
  if (line.trim() === '') throw new DataError(`${file} has no header line`);
  const counts = DELIMITERS.map((delimiter) => splitRecord(line, delimiter).length);
  const delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))]!;
  const names = splitRecord(line, delimiter);
  const repeated = names.find((name, i) => names.indexOf(name) < i);
  if (repeated !== undefined) throw new DataError(`${file} has two columns named "${repeated}"`);
  return { delimiter, names };
}

async function firstLine(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_HEADER_BYTES), 0, MOST_HEADER_BYTES, 0);
    const text = buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
    return text.split(/\r\n|\n|\r/, 1)[0]!;
  } finally {
    await handle.close();
  }
}

function splitRecord(line: string, delimiter: string): string[] {
  const fields = [''];
  let isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (character === '"' && isQuoted && line[i + 1] === '"') { fields[fields.length - 1] += '"'; i++; }
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === delimiter && !isQuoted) fields.push('');
    else fields[fields.length - 1] += character;
  }
  return fields;
}
