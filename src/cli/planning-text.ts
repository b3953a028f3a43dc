import { planningSentence } from '../report/planning-sentence.js';
import type { Planning } from '../sdk/power.js';
import { linesOf, textOf } from './record-text.js';

/** Fields that the sentence and the lists say already. */
const SAID: ReadonlySet<string> = new Set(['status', 'formula', 'solvedFor', 'scale']);

/** A plan for a person: the answer in a sentence, the numbers behind it, and what it takes for granted. */
export function planningText(planning: Planning): string {
  const { planner, title, assumptions, references, history } = planning;
  const width = (of: (row: Planning['assumptions'][number]) => string) => Math.max(0, ...assumptions.map((row) => of(row).length));
  const [names, values] = [width(({ name }) => name), width(({ value }) => textOf(value))];
  return [
    `${planner}: ${title}`,
    ...answerLines(planning).map((line) => `  ${line}`),
    '', 'assumed (* the default)',
    ...assumptions.map(({ name, value, meaning, isDefault }) => `  ${isDefault ? '*' : ' '} ${name.padEnd(names)}  ${textOf(value).padEnd(values)}  ${meaning}`.trimEnd()),
    '', 'references', ...references.map((reference) => `  ${reference}`),
    ...(history ? ['', historyLine(history)] : []), '',
  ].join('\n');
}

function answerLines(planning: Planning): string[] {
  if ('refusal' in planning) return [`refused (${planning.refusal.reason}): ${planning.refusal.detail}`, `remedy: ${planning.refusal.remedy}`];
  const numbers = Object.fromEntries(Object.entries(planning.result).filter(([key]) => !SAID.has(key)));
  return [planningSentence(planning.planner, planning.result), '', ...linesOf(numbers), `by ${String(planning.result['formula'])}`];
}

const historyLine = ({ data, rows, droppedRows }: NonNullable<Planning['history']>): string =>
  `${rows} rows of ${data}${droppedRows > 0 ? `, ${droppedRows} left out because a used column is empty` : ''}`;

/** The same as Markdown, to be kept beside the plan of the experiment. */
export function planningMarkdown(planning: Planning): string {
  const { planner, title, assumptions, references, history } = planning;
  const cell = (value: unknown) => textOf(value).replaceAll('|', '\\|');
  const rows = 'refusal' in planning ? [] : Object.entries(planning.result).filter(([key]) => !SAID.has(key)).map(([key, value]) => `| ${key} | ${cell(value)} |`);
  return [
    `# ${title}`, '',
    ...('refusal' in planning ? [`**Refused** (${planning.refusal.reason}): ${planning.refusal.detail}`, '', `Remedy: ${planning.refusal.remedy}`] : [`**${planningSentence(planning.planner, planning.result)}**`, '', '| | |', '|---|---|', ...rows]),
    '', '## Assumed', '', '| | | | |', '|---|---|---|---|',
    ...assumptions.map(({ name, value, meaning, isDefault }) => `| ${name} | ${cell(value)} | ${meaning} | ${isDefault ? 'default' : ''} |`),
    '', `Planner \`${planner}\`${'result' in planning ? `: ${String(planning.result['formula'])}` : ''}.${history ? ` ${historyLine(history)}.` : ''}`, '',
    ...references.map((reference) => `- ${reference}`), '',
  ].join('\n');
}
