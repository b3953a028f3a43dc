import { DataError } from './warehouse.js';

/**
 * The analyst's own SQL, ready to stand in parentheses: one SELECT or WITH, no second statement, nothing that closes
 * a parenthesis it did not open.
 */
export function singleSelect(sql: string, path: string): string {
  const fail = (why: string): never => { throw new DataError(`sql must be a single SELECT; ${why}`, path); };
  const code = withoutTextAndComments(sql) ?? fail('it ends inside a quotation or a comment');
  const bare = code.trimEnd().replace(/;$/, '').trimEnd();
  if (bare.includes(';')) fail('it has more than one statement');
  const word = /^[\s(]*([a-z]+)/i.exec(bare)?.[1]?.toLowerCase();
  if (word !== 'select' && word !== 'with') fail(`it begins with ${word ? word.toUpperCase() : 'no keyword'}`);
  const forbidden = /\b(insert|update|delete|merge|create|drop|alter|truncate|copy|attach|detach|install|load|pragma|set|call|grant|revoke|vacuum|export|import)\b\s+(?:into|table|temp|temporary|or\s+replace|view|schema|database|extension|from)\b/i.exec(bare);
  if (forbidden) fail(`it holds ${forbidden[1]!.toUpperCase()}`);
  let depth = 0;
  for (const character of bare) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth < 0) fail('a parenthesis closes that was never opened');
  }
  if (depth > 0) fail('a parenthesis is never closed');
  return sql.trimEnd().replace(/;$/, '');
}

/** Same length and line breaks, with strings, quoted names and comments blanked; undefined when one of them never ends. */
function withoutTextAndComments(sql: string): string | undefined {
  let code = '';
  for (let i = 0; i < sql.length;) {
    const end = spanEnd(sql, i);
    if (end === undefined) return undefined;
    if (end === i) { code += sql[i]; i += 1; continue; }
    // a quoted name or string is a word, not a gap: `select"a"` must not read as two
    code += 'x'.padEnd(end - i).replace('x', sql[i] === '-' || sql.startsWith('/*', i) ? ' ' : '_');
    i = end;
  }
  return code;
}

/** Where the quotation or comment that begins at i ends; i when none begins; undefined when it never ends. */
function spanEnd(sql: string, i: number): number | undefined {
  const until = (mark: string, from: number): number | undefined => {
    const at = sql.indexOf(mark, from);
    return at < 0 ? undefined : at + mark.length;
  };
  if (sql.startsWith('--', i)) return until('\n', i) ?? sql.length;
  if (sql.startsWith('/*', i)) return until('*/', i + 2);
  if (sql[i] === '"') return until('"', i + 1);
  if (sql[i] === "'") return /[eE]$/.test(sql.slice(0, i)) ? escapedEnd(sql, i) : until("'", i + 1);
  const dollar = /^\$[A-Za-z_]*\$/.exec(sql.slice(i, i + 64))?.[0];
  return dollar ? until(dollar, i + dollar.length) : i;
}

function escapedEnd(sql: string, i: number): number | undefined {
  for (let j = i + 1; j < sql.length; j++) {
    if (sql[j] === '\\') j += 1;
    else if (sql[j] === "'") return j + 1;
  }
  return undefined;
}
