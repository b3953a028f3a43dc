const DAY = 86_400;
const HOUR = 3_600;

/** Seconds since 1970 of a UTC instant. */
export const secondsOf = (instant: string): number => Date.parse(instant) / 1000;

/** The shop's log: seven whole weeks, from a Monday to a Monday. */
export const SHOP_START = secondsOf('2026-01-12T00:00:00Z');
export const SHOP_END = secondsOf('2026-03-02T00:00:00Z');

/** Shares of traffic by weekday from Monday, and by hour of the day. */
const WEEKDAYS = [0.93, 0.9, 0.92, 0.97, 1.03, 1.16, 1.09];
const HOURS = [
  0.35, 0.22, 0.15, 0.12, 0.13, 0.22, 0.45, 0.75, 0.95, 1.05, 1.1, 1.15,
  1.25, 1.2, 1.1, 1.1, 1.15, 1.25, 1.4, 1.6, 1.75, 1.7, 1.3, 0.75,
];
const HOURS_A_WEEK = 168;

/** Relative intensity of visits by hour of the week; its mean over a week is 1, so a whole week needs no integral. */
const intensity = normalised(Float64Array.from({ length: HOURS_A_WEEK }, (_, i) => WEEKDAYS[Math.floor(i / 24)]! * HOURS[i % 24]!));
const PEAK = Math.max(...intensity);

function normalised(weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (weight * weights.length) / total);
}

/** Share of the peak intensity at a time, in (0, 1]: the chance of keeping a visit that was drawn at the peak rate. */
export const keepShare = (seconds: number): number =>
  intensity[Math.floor((seconds - SHOP_START) / HOUR) % HOURS_A_WEEK]! / PEAK;

/** Visits at the peak rate, a second, of a customer who comes `perDay` times a day on average. */
export const peakRate = (perDay: number): number => (perDay * PEAK) / DAY;
