import { z } from 'zod';
import { OptionsError, type Category } from './estimator.js';

/** The option of comparisons that can read several arms as one. */
export const pooledOption = {
  pooled: z.array(z.string()).min(2).optional().describe('levels of the treatment column that are read as one treatment arm, in which every unit weighs the same; in place of treatment'),
} as const;

/**
 * The treatment column with several levels made one, and the options that compare it with the control.
 * @throws OptionsError when a level is unknown, repeated, the control, or when treatment is named as well
 */
export function poolLevels<O extends { readonly control?: string | undefined; readonly treatment?: string | undefined; readonly pooled?: readonly string[] | undefined }>(
  column: Category, options: O,
): { readonly arms: Category; readonly options: O } {
  const { pooled, control, treatment } = options;
  if (pooled === undefined) return { arms: column, options };
  const unknown = pooled.find((level) => !column.levels.includes(level));
  if (unknown !== undefined) throw new OptionsError(`pooled must name levels of ${column.name}: ${column.levels.join(', ')}; got "${unknown}"`, ['pooled']);
  if (new Set(pooled).size < pooled.length) throw new OptionsError(`pooled must name each level once; got ${pooled.join(', ')}`, ['pooled']);
  if (control !== undefined && pooled.includes(control)) throw new OptionsError(`pooled must not hold the control, "${control}"`, ['pooled']);
  if (treatment !== undefined) throw new OptionsError('treatment must be left out where pooled says what is compared', ['treatment']);
  const together = pooled.join(' + ');
  const others = column.levels.filter((level) => !pooled.includes(level));
  const levels = [...others, together];
  const codeOf = column.levels.map((level) => (pooled.includes(level) ? others.length : others.indexOf(level)));
  return { arms: { name: column.name, levels, codes: column.codes.map((code) => codeOf[code]!) }, options: { ...options, treatment: together } };
}
