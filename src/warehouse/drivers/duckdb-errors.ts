import { DataError } from '../warehouse.js';

/** What DuckDB said, as a sentence for the person who gave the data; the same error when it is not about data. */
export function readable(error: unknown, title: string, path?: string): Error {
  const text = messageOf(error).replace(/^Failed to [a-z ]+: /, '');
  if (/^INTERRUPT Error/i.test(text)) return new Error(`${title} was interrupted`);
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  if (line) return new DataError(`${title}: line ${line} of ${fileIn(text)} cannot be read: ${csvReason(text)}`, path);
  if (/No space left|disk is full|failed to (offload|write).*(max_temp_directory_size|space)|max_temp_directory_size/i.test(text)) {
    return new Error(`${title}: no room left in the folder for temporary files; free some, or give the analysis another temporary folder`);
  }
  if (/^Out of Memory Error/i.test(text)) return new Error(`${title}: the memory limit was reached; raise it, or give the analysis a temporary folder with more room (${firstSentence(text)})`);
  if (/^Permission Error/i.test(text)) return new DataError(`${title}: the SQL of the plan may read only the tables of its source (${firstSentence(text)})`, path);
  if (/^(Binder|Catalog|Parser|Conversion|Invalid Input|IO|Invalid|Out of Range|Serialization|Not implemented) Error/i.test(text)) return new DataError(`${title}: ${plain(text)}`, path);
  return error instanceof Error ? error : new Error(text);
}

/** Errors of the binding may come from another realm, where `instanceof Error` is false. */
const messageOf = (error: unknown): string => String((error as { message?: unknown } | null)?.message ?? error);

function csvReason(text: string): string {
  const convert = /Error when converting column "([^"]*)"\. (Could not convert string "[^"]*" to '[^']*')/.exec(text);
  if (convert) return `column "${convert[1]}": ${convert[2]!.replace(/^C/, 'c')}`;
  const columns = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text);
  if (columns) return Number(columns[2]) > Number(columns[1]) ? `it has more columns than the ${columns[1]} of the header` : `it has ${columns[2]} of the ${columns[1]} columns of the header`;
  return firstSentence(text.split('\n').slice(1).join('\n') || text);
}

const fileIn = (text: string): string => /\n\s*file = (.*)/.exec(text)?.[1]?.trim() ?? 'the file';
const firstSentence = (text: string): string => text.split('\n')[0]!.replace(/^[A-Za-z ]+ Error: /, '').trim();
/** Without the quotation of the statement that DuckDB appends. */
const plain = (text: string): string => text.split('\nLINE ')[0]!.replace(/^[A-Za-z ]+ Error: /, '').replace(/\s+/g, ' ').trim().slice(0, 500);
