import { z } from 'zod';
import type { Row } from './row.js';

/** What a row came to, as the committed file keeps it. */
export const resultSchema = z.object({
  name: z.string(),
  date: z.string().describe('YYYY-MM-DD'), machine: z.string(), seed: z.number().int(), replicates: z.number().int(),
  processorSeconds: z.number().describe('of all threads'),
  figures: z.array(z.object({ name: z.string(), value: z.number(), least: z.number().nullable(), most: z.number().nullable(), isInside: z.boolean() })),
});
export const resultsSchema = z.array(resultSchema);
export type Result = z.output<typeof resultSchema>;
type Measured = Result['figures'][number];

const percent = (value: number): string => `${Number((100 * value).toFixed(3))} %`;

export function gateInWords({ least, most }: Pick<Measured, 'least' | 'most'>): string {
  if (least === null && most === null) return 'shown only';
  if (least === null) return `at most ${percent(most!)}`;
  return most === null ? `at least ${percent(least)}` : `${percent(least)} to ${percent(most)}`;
}

export const lineOf = ({ name, value, ...figure }: Measured): string => `${name} ${percent(value)} (${gateInWords(figure)})${figure.isInside ? '' : ' OUTSIDE'}`;

/** The committed table: a section a group of rows, a line a figure, in the order of the rows. */
export function tableOf(rows: readonly Row[], results: readonly Result[]): string {
  const byName = new Map(results.map((result) => [result.name, result]));
  const all = results.flatMap(({ figures }) => figures);
  const gated = all.filter(({ least, most }) => least !== null || most !== null);
  const outside = all.filter(({ isInside }) => !isInside).length;
  const machines = [...new Set(results.map(({ machine, seed }) => `${machine}, seed ${seed}`))];
  const sections = [...new Set(rows.map(({ group }) => group))].map((group) => [
    `## ${group[0]!.toUpperCase()}${group.slice(1)}`, '',
    '| row | figure | measured | gate | | replicates | processor s | date |', '|---|---|---:|---|---|---:|---:|---|',
    ...rows.filter((row) => row.group === group).flatMap(({ name }) => linesOf(name, byName.get(name))),
  ].join('\n'));
  return [
    '# Simulation gate', '',
    'Written by `npm run simulate -- --write`. Every row draws from a process of known truth and reads it by the functions that read',
    'experiments; a rate is over replicates, and a gate is what it must be. Rows that are shown only say from how many units on a method holds.', '',
    `${gated.length} figures are gated, ${outside} of them outside. ${Math.round(results.reduce((sum, { processorSeconds }) => sum + processorSeconds, 0))} processor seconds. ${machines.join('; ')}.`, '',
    sections.join('\n\n'), '',
  ].join('\n');
}

function linesOf(name: string, result: Result | undefined): string[] {
  if (!result) return [`| ${name} | | not run | | | | | |`];
  return result.figures.map(({ name: figure, value, isInside, ...gate }, i) => `| ${[
    i === 0 ? name : '', figure, percent(value), gateInWords(gate), isInside ? '' : '**outside**',
    ...(i === 0 ? [result.replicates, result.processorSeconds.toFixed(1), result.date] : ['', '', '']),
  ].join(' | ')} |`);
}
