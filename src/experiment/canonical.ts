import { createHash } from 'node:crypto';

/**
 * One text for one value: keys sorted by code unit, members that are undefined left out, numbers as ECMAScript prints them.
 * @throws when a number is not finite or a value is not JSON
 * @see RFC 8785, JSON Canonicalization Scheme
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`canonicalJson cannot hold ${value}`);
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new Error(`canonicalJson cannot hold a ${typeof value}`);
  return text;
}

/** sha256 of the canonical JSON, in lower-case hexadecimal. */
export const digestOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');
