import { z } from 'zod';

/** A name that people type: letters, digits, and _ . - inside. */
export const identifier = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,99}$/, 'must begin with a letter and hold only letters, digits, _ . and - (at most 100)');

const SECONDS = { m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const WINDOW = /^(\d+)(m|h|d|w)?\.\.(\d+)(m|h|d|w)$/;

/** `14d` -> seconds. */
export function durationSeconds(text: string): number {
  const match = /^(\d+)(m|h|d|w)$/.exec(text);
  if (!match) throw new Error(`duration must look like 14d, 36h or 2w; got "${text}"`);
  return Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
}

/** Of a covariate: what is measured after exposure may be an effect of it. */
export const beforeExposure = z.string().regex(/^[1-9]\d*(m|h|d|w)$/, 'must be a length of time that ends at first exposure, such as 14d: what is measured after exposure may be an effect of it, and is no covariate');

export const durationText = z.string().regex(/^[1-9]\d*(m|h|d|w)$/, 'must be a duration such as 14d');

/** A stretch of time relative to first exposure, in seconds: from <= t - exposure < to. */
export interface Window { readonly from: number; readonly to: number }

/** `0d..7d` -> seconds; a start without a unit takes the unit of the end. */
export function parseWindow(text: string): Window {
  const match = WINDOW.exec(text);
  if (!match) throw new Error(`window must look like 0d..7d; got "${text}"`);
  const [, start, startUnit, end, endUnit] = match;
  return { from: durationSeconds(`${start}${startUnit ?? endUnit}`), to: durationSeconds(`${end}${endUnit}`) };
}

export const windowText = z.string().regex(WINDOW, { error: 'must look like 0d..7d (units m, h, d, w), from first exposure on; what was before is a covariate: { pre: 7d }', abort: true })
  .refine((text) => { const { from, to } = parseWindow(text); return from < to; }, { message: 'must end after it begins' });

export const instant = z.string().refine((text) => /(Z|[+-]\d\d:?\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)), { message: 'must be an ISO 8601 time with a zone, such as 2026-03-01T00:00:00Z' });
