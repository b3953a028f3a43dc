import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { InputError, issueLines } from './input-error.js';

/** Larger than any plan, smaller than what makes a parser suffer. */
const MOST_BYTES = 8 * 2 ** 20;
const MOST_ALIASES = 100;

/** Reads a file that a person named. @param what for the sentence: plan, spec, analysis */
export async function readNamed(file: string, what: string, most = MOST_BYTES): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new InputError(`there is no ${what} at ${file}`);
    if (code === 'EISDIR') throw new InputError(`${file} is a folder; the ${what} must be a file`);
    if (code === 'EACCES') throw new InputError(`the ${what} ${file} may not be read by this user`);
    throw error;
  }
  if (text.length > most) throw new InputError(`the ${what} ${file} has ${Math.round(text.length / 2 ** 20)} MB; the most is ${most / 2 ** 20} MB`);
  return text;
}

/** YAML or JSON (which YAML contains) of a known shape, with the line of a syntax error and the field of any other. */
export async function readDocument<S extends z.ZodType>(file: string, what: string, schema: S): Promise<z.output<S>> {
  const name = path.basename(file);
  const document = parseDocument(await readNamed(file, what), { prettyErrors: true, logLevel: 'silent' });
  const [fault] = document.errors;
  if (fault) {
    const at = fault.linePos?.[0];
    throw new InputError(`${name}${at ? ` line ${at.line}, column ${at.col}` : ''}: ${fault.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')}`);
  }
  return parseAs(schema, valueOf(document, name), `${name} is not a ${what} that can be used`);
}

function valueOf(document: Document, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    throw new InputError(`${name} cannot be used: ${(error as Error).message}`); // aliases that multiply, or name nothing
  }
}

/** @throws InputError with a line a field */
export function parseAs<S extends z.ZodType>(schema: S, value: unknown, title: string): z.output<S> {
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const lines = issueLines(error.issues);
  throw new InputError(`${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}
