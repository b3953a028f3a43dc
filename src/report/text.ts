import { formatCounted } from '../experiment/format.js';
import { rowsByRole, ROLE_TITLES, type EffectRow } from './effect-rows.js';
import { branchLines, TARGETING_TITLE } from './targeting.js';
import { nameOfCheck, STATUS_MARKS, VERDICT_LABELS, type ReportModel } from './model.js';

const WIDTH = 88;
/** How many metrics that decide nothing fit on one screen. */
const OTHERS = 5;
const DIFFERENCES = 5;
/** How many characters of a value a difference shows. */
const VALUE = 28;

/** The report for a terminal: about one screen, the verdict in its first line. */
export function textReport(model: ReportModel): string {
  const { verdict } = model;
  const loud = model.checks.filter((check) => check.status !== 'pass');
  const others = model.effects.filter((row) => row.role === 'other');
  const shown = [...model.effects.filter((row) => row.role !== 'other'), ...others.slice(0, OTHERS)];
  return [
    `${VERDICT_LABELS[verdict.kind].toUpperCase()}${verdict.arm === null ? '' : ` ${verdict.arm}`}  ${model.title}${model.exploratory === null ? '' : '  (exploratory)'}`,
    '',
    ...wrapped(verdict.reason, 0),
    ...(model.exploratory === null ? [] : ['', ...wrapped(model.exploratory, 0), ...differenceLines(model)]),
    '',
    'What would change this',
    ...verdict.changes.flatMap((change) => bullet('-', change)),
    '',
    ...(model.effectsNote === null ? [] : wrapped(model.effectsNote, 0)),
    ...effectLines(shown, model),
    ...shown.filter((row) => row.estimate?.stopping).flatMap((row) => bullet('-', `${row.metric}${row.isArmNeeded ? ` in ${row.arm}` : ''}: ${row.evidence}`)),
    ...(others.length > OTHERS ? [`  and ${formatCounted(others.length - OTHERS, 'more row')}`] : []),
    '',
    ...(model.design === null ? [] : [`Design  ${model.design.title}`, ...model.design.seen.flatMap((sentence) => bullet('-', sentence)), '']),
    ...(model.targeting === null ? [] : [TARGETING_TITLE, ...wrapped(model.targeting.sentence, 2), ...(model.targeting.tree ? branchLines(model.targeting.tree, 1) : []), '']),
    `Checks  ${model.checks.length - loud.length} of ${model.checks.length} passed`,
    ...loud.flatMap((check) => bullet(STATUS_MARKS[check.status], `${nameOfCheck(check.name)}: ${check.sentence}${check.action ? ` ${check.action}` : ''}`)),
    '',
    ...model.provenance.filter(({ label }) => ['Analysis', 'Plan', 'Data'].includes(label)).map(({ label, value }) => `${label.padEnd(9)} ${value}`),
  ].map(printable).join('\n') + '\n';
}

function differenceLines({ differences }: ReportModel): string[] {
  const shortened = (json: string | null) => (json === null ? 'absent' : json.length > VALUE ? `${json.slice(0, VALUE - 1)}…` : json);
  return [
    ...differences.slice(0, DIFFERENCES).map(({ path, planned, ran }) => `  ${path}: ${shortened(planned)} -> ${shortened(ran)}`),
    ...(differences.length > DIFFERENCES ? [`  and ${formatCounted(differences.length - DIFFERENCES, 'more difference')}`] : []),
  ];
}

function effectLines(rows: readonly EffectRow[], { level, evidence }: ReportModel): string[] {
  const head = ['', 'control', 'treatment', 'lift', `${level} interval`, evidence.alone.toLowerCase()];
  const cells = rows.map((row) => [
    [row.metric, row.isArmNeeded ? row.arm : null].filter((part) => part !== null).join(' · '), row.control, row.treatment,
    ...(row.refusal ? ['—', 'cannot be said'] : [row.lift, row.interval]), row.adjustedPValue ?? row.pValue,
  ]);
  const widths = head.map((title, i) => Math.max(...[title, ...cells.map((line) => line[i]!)].map((cell) => cell.length)));
  const line = (parts: readonly string[]) => `  ${parts.map((part, i) => (i === 0 ? part.padEnd(widths[i]!) : part.padStart(widths[i]!))).join('  ')}`.trimEnd();
  const order = new Map(rows.map((row, i) => [row, i]));
  return [line(head), ...rowsByRole(rows).flatMap((group) => [ROLE_TITLES[group.role], ...group.rows.map((row) => line(cells[order.get(row)!]!))])];
}

const bullet = (mark: string, sentence: string): string[] =>
  wrapped(sentence, 4).map((line, i) => (i === 0 ? `  ${mark} ${line.trimStart()}` : line));

function wrapped(sentence: string, indent: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of sentence.split(/\s+/)) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((text) => ' '.repeat(indent) + text);
}

/** A name must not move the cursor or colour the screen. */
const printable = (line: string): string => line.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '�');
