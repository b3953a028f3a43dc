import { z } from 'zod';
import { normalUpperQuantile, normalUpperTail } from '../../numeric/normal.js';

/** How an error rate is spent over information. Each family is a function of the share of the planned information. */
export const spendingSchema = z.discriminatedUnion('family', [
  z.strictObject({ family: z.literal('obrien_fleming') }).describe('almost nothing early: 2 P(Z > z(alpha / 2) / sqrt t)'),
  z.strictObject({ family: z.literal('pocock') }).describe('evenly: alpha log(1 + (e - 1) t)'),
  z.strictObject({ family: z.literal('power'), exponent: z.number().gt(0).lte(20).describe('alpha t ^ exponent') }),
  z.strictObject({ family: z.literal('hwang_shih_decani'), gamma: z.number().gte(-40).lte(40).describe('alpha (1 - exp(-gamma t)) / (1 - exp(-gamma)); -4 is like O\'Brien-Fleming, 1 like Pocock') }),
]).meta({ id: 'ErrorSpending' });
export type Spending = z.output<typeof spendingSchema>;

/**
 * Error spent by the share t of the planned information, one-sided; all of it from t = 1 on, so that an over-run is answered.
 * @param alpha one-sided error rate, in (0, 1)
 * @param t     information over planned information
 * @see Lan, DeMets (1983), Biometrika 70; Kim, DeMets (1987), Biometrika 74; Hwang, Shih, DeCani (1990), Statistics in Medicine 9
 */
export function spentBy(spending: Spending, alpha: number, t: number): number {
  if (t >= 1) return alpha;
  switch (spending.family) {
    case 'obrien_fleming': return Math.min(alpha, 2 * normalUpperTail(normalUpperQuantile(alpha / 2) / Math.sqrt(t)));
    case 'pocock': return alpha * Math.log1p((Math.E - 1) * t);
    case 'power': return alpha * t ** spending.exponent;
    case 'hwang_shih_decani': return spending.gamma === 0 ? alpha * t : (alpha * Math.expm1(-spending.gamma * t)) / Math.expm1(-spending.gamma);
  }
}
