/** Numbers as people read them, in sentences and in reports. English, a true minus sign, no number invented by rounding. */
const MINUS = '−';
const withMinus = (text: string): string => text.replace(/^-/, MINUS);

/** Formatters are slow to make and quick to use: one for each pair of decimals. */
const formatters = new Map<string, Intl.NumberFormat>();
function grouped(value: number, fewestDecimals: number, mostDecimals: number): string {
  const key = `${fewestDecimals} ${mostDecimals}`;
  let formatter = formatters.get(key);
  if (!formatter) formatters.set(key, formatter = new Intl.NumberFormat('en-US', { minimumFractionDigits: fewestDecimals, maximumFractionDigits: mostDecimals }));
  return withMinus(formatter.format(value));
}

const signed = (value: number, text: string): string => (value > 0 ? `+${text}` : text);

/** 400112 -> `400,112`. */
export const formatCount = (value: number): string => grouped(value, 0, 0);

/** `1 unit`, `2,000 units`. */
export const formatCounted = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;

/** A share or margin: 0.05 -> `5%`, 0.00412 -> `0.41%`; three significant digits below a tenth of a percent. */
export const formatShare = (share: number): string => `${percent(share, 0)}%`;

/** A chance, never rounded to certainty: 0.99374 -> `99.37%`, 0.999999 -> `above 99.99%`. */
export const formatChance = (chance: number): string =>
  (chance > 0.9999 ? 'above 99.99%' : chance < 0.0001 ? 'below 0.01%' : formatShare(chance));

/** A tick of an axis of lifts: 0.02 -> `+2%`. */
export const formatTick = (lift: number): string => signed(lift, formatShare(Number(lift.toPrecision(6))));

/** A lift, with its sign and always two decimals, so that lifts stand under each other: 0.061 -> `+6.10%`. */
export const formatLift = (lift: number): string => signed(lift, lift === 0 ? '0%' : `${percent(lift, 2)}%`);

function percent(fraction: number, fewestDecimals: number): string {
  const value = fraction * 100;
  return Math.abs(value) < 0.1 ? decimals(value) : grouped(value, fewestDecimals, 2);
}

/** A value in units of the metric: 1234.5 -> `1,234.5`, with the unit after it. */
export const formatValue = (value: number, unit?: string): string => `${decimals(value)}${unit ? ` ${unit}` : ''}`;

/** A difference in units of the metric, with its sign. */
export const formatDifference = (value: number, unit?: string): string => signed(value, formatValue(value, unit));

/** At least three significant digits, at most two decimals once the number is 1 or more. */
function decimals(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-6 || size >= 1e15) return withMinus(value.toExponential(2));
  const places = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 2 - Math.floor(Math.log10(size));
  return grouped(value, 0, Math.min(places, 20));
}

const SMALLEST_P = 1e-16;

/**
 * A p-value to two significant digits: `0.43`, `0.0016`, `3.2e-5`, `< 1e-16`.
 * @param bound a level that the p-value is compared with: digits are added until the two can be told apart
 */
export function formatPValue(p: number, bound?: number): string {
  if (p < SMALLEST_P) return '< 1e-16';
  for (let digits = 2; digits < 16; digits++) {
    const text = p < 1e-3 ? p.toExponential(digits - 1) : String(Number(p.toPrecision(digits)));
    if (bound === undefined || p === bound || Number(text) !== bound) return text;
  }
  return String(p);
}

/** `p = 0.0016`, `p < 1e-16`. */
export const formatP = (p: number, bound?: number): string => {
  const text = formatPValue(p, bound);
  return text.startsWith('<') ? `p ${text}` : `p = ${text}`;
};

/** An e-value, from which a p-value of one over it follows: `0.31`, `24`, `above 1e16`. */
export const formatEValue = (e: number): string => (e > 1 / SMALLEST_P ? 'above 1e16' : e >= 1e6 ? e.toExponential(1) : String(Number(e.toPrecision(2))));

const dayFormatter = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `2026-03-01T00:00:00Z` -> `1 March 2026`, in UTC; with the time when it is not midnight. */
export function formatInstant(text: string): string {
  const date = new Date(text);
  const day = dayFormatter.format(date);
  const time = date.toISOString().slice(11, 16);
  return time === '00:00' ? day : `${day}, ${time} UTC`;
}

/** `a`, `a and b`, `a, b and c`. */
export const formatList = (items: readonly string[], conjunction = 'and'): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} ${conjunction} ${items.at(-1)}`;

/** A number of days: `13.5 days`, `1 day`. */
export const formatDays = (days: number): string => {
  const rounded = Math.floor(days * 10) / 10;
  return `${withMinus(String(rounded))} ${rounded === 1 ? 'day' : 'days'}`;
};
