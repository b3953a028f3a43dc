const MICROSECONDS = 1_000_000;

/** ISO 8601 time with a zone -> microseconds since 1970. */
export function toMicroseconds(text: string): number {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  const whole = Date.parse(text.replace(/\.\d+/, ''));
  return whole * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

/** Microseconds since 1970 -> ISO 8601 in UTC, with as many digits as there are. */
export function toInstant(microseconds: number): string {
  const seconds = Math.floor(microseconds / MICROSECONDS);
  const rest = microseconds - seconds * MICROSECONDS;
  const base = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (rest === 0) return `${base}Z`;
  const digits = String(rest).padStart(6, '0');
  return `${base}.${digits.endsWith('000') ? digits.slice(0, 3) : digits}Z`;
}

/** Days since 1970 -> YYYY-MM-DD. */
export const toDay = (days: number): string => new Date(days * 86_400_000).toISOString().slice(0, 10);
