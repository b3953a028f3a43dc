import { planOver } from './small-plan.js';
import type { Plan } from '../../src/experiment/plan.js';
import type { Collected } from '../../src/warehouse/warehouse.js';

/** Values about 1e9 of standard deviation near 1: whole multiples of 1/256, so that a double holds each and their moments are known exactly. */
export const VALUE = '1e9 + ((((unit // 2) * 7919) % 1000) - 500) / 256.0';
const CYCLE = 1000;
const SCATTER_OF_CYCLE = (CYCLE * (CYCLE * CYCLE - 1)) / 12 / 65_536;

export const valueOf = (i: number): number => 1e9 + (((i * 7919) % CYCLE) - 500) / 256;
/** Scatter of n values of one arm, n a multiple of a thousand. */
export const scatterOf = (n: number): number => (n / CYCLE) * SCATTER_OF_CYCLE;
export const standardErrorOf = (n: number): number => Math.sqrt((2 * scatterOf(n)) / ((n - 1) * n));

/** What the standard error of a difference may be off, relative. */
export const RELATIVE = 1e-9;

/** A plan without times: every unit has one row in each table. */
export const illConditionedPlan = (paths: Readonly<Record<string, string>>): Plan => planOver(paths, {
  exposures: { unit: 'unit', arm: 'arm' }, facts: [{ name: 'orders', unit: 'unit' }], segments: [],
});

/** Relative error of the standard error of the difference that the summaries give. */
export function errorOf({ summaries }: Collected, units: number): number {
  const variance = summaries.metrics[0]!.cells.filter(({ segment }) => segment === null).reduce((sum, { summary }) => {
    if (summary.kind !== 'moments') throw new Error('moments were expected');
    return sum + summary.scatter[0]![0]! / (summary.n - 1) / summary.n;
  }, 0);
  return Math.abs(Math.sqrt(variance) / standardErrorOf(units) - 1);
}
