import { formatInstant } from '../experiment/format.js';
import { ROLE_TITLES, rowsByRole, type EffectRow } from './effect-rows.js';
import { cellsOf, HETEROGENEITY_HEADS } from './heterogeneity.js';
import { branchLines, PROFILE_HEADS, TARGETING_TITLE, VALUE_HEADS, type TargetingModel } from './targeting.js';
import { featureText, modelText, nameOfCheck, STATUS_MARKS, VERDICT_LABELS, type ReportModel } from './model.js';
import { isWorthSaying } from './verdict.js';

/** The report as GitHub-flavoured Markdown: for pull requests, wikis and golden files. Figures stand in tables. */
export function markdownReport(model: ReportModel): string {
  const { verdict } = model;
  return [
    `# ${text(verdict.label)}: ${text(model.title)}`,
    text(verdict.reason),
    model.exploratory === null ? '' : `> **Exploratory.** ${text(model.exploratory)}`,
    '**What would change this**',
    bullets(verdict.changes.map(text)),
    table(['', ''], model.facts.map(({ label, value }) => [text(label), text(value)])),
    '## Effects',
    model.effectsNote ?? '',
    ...rowsByRole(model.effects).flatMap(({ role, rows }) => [`### ${ROLE_TITLES[role]}`, effectsTable(rows, model), ...evidence(rows)]),
    '## The rule, clause by clause',
    ...model.clauseGroups.flatMap(({ title, clauses }) => [`### ${text(title)}`, bullets(clauses.map((clause) =>
      `${STATUS_MARKS[clause.status]} ${clause.status}: ${text(clause.sentence)}${isWorthSaying(clause) ? ` *What would change it:* ${text(clause.change)}` : ''}`))]),
    ...designBlocks(model),
    ...model.segments.flatMap(({ name, rows }) => [`## Segment ${text(name)}`, effectsTable(rows, model)]),
    ...(model.heterogeneity ? ['## Segments that differ', text(model.heterogeneity.sentence), table(HETEROGENEITY_HEADS, model.heterogeneity.rows.map((row) => cellsOf(row).map(text))), text(model.heterogeneity.note)] : []),
    ...(model.targeting ? targetingBlocks(model.targeting) : []),
    '## Checks of the data',
    bullets(model.checks.map((check) => `${STATUS_MARKS[check.status]} ${check.status}: **${nameOfCheck(check.name)}.** ${text(check.sentence)}${check.action ? ` *What to do:* ${text(check.action)}` : ''}`)),
    '## The plan',
    model.hypothesis === null ? '' : text(model.hypothesis),
    model.lock,
    model.differences.length === 0 ? '' : table(['Where', 'Locked', 'Ran'], model.differences.map(({ path, planned, ran }) => [code(path), planned === null ? 'absent' : code(planned), ran === null ? 'absent' : code(ran)])),
    ...lineage(model),
    ...decisions(model),
    ...(model.queries.length === 0 ? [] : ['## SQL that was run', ...model.queries.flatMap(({ title, sql }) => [`### ${text(title)}`, fenced(sql)])]),
    '## Provenance',
    table(['', ''], model.provenance.map(({ label, value }) => [text(label), code(value)])),
  ].filter((block) => block !== '').join('\n\n') + '\n';
}

const designBlocks = ({ design }: ReportModel): string[] => (design === null ? [] : [
  '## The design', text(design.title),
  bullets([`Randomised: ${text(design.randomised)}`, `Effects are: ${text(design.estimand)}`]),
  '### What must hold', bullets(design.assumptions.map(text)),
  ...(design.seen.length > 0 ? ['### What was seen', bullets(design.seen.map(text))] : []),
]);

const targetingBlocks = ({ sentence, tree, values, profile, curve, note }: TargetingModel): string[] => [
  `## ${TARGETING_TITLE}`, text(sentence),
  ...(tree ? ['### Whom to ship to', branchLines(tree, 0, text).join('\n'), table(VALUE_HEADS, values.map((row) => row.map(text)))] : []),
  ...(profile.length > 0 ? ['### Who gains most', table(PROFILE_HEADS, profile.map((row) => row.map(text)))] : []),
  ...(curve ? ['### Gain by share treated', table(['Share treated, by rank', 'Gain beyond the average', curve.level], curve.rows.map((row) => row.map(text)))] : []),
  text(note),
];

function effectsTable(rows: readonly EffectRow[], { level, evidence }: ReportModel): string {
  return table(
    ['Metric', 'Control', 'Treatment', 'Difference', 'Lift', `${level} interval`, evidence.alone, evidence.adjusted],
    rows.map((row) => [
      text([row.segmentValue, row.metric, row.isArmNeeded ? row.arm : null].filter((part) => part !== null).join(' · ')),
      row.control, row.treatment, row.difference,
      ...(row.refusal ? ['—', text(`cannot be said: ${row.refusal.detail}`)] : [row.finding === 'none' ? row.lift : `**${row.lift}**`, row.interval]),
      text(row.pValue), text(row.adjustedPValue ?? '—'),
    ].map((cell, i) => (i >= 1 && i <= 3 ? text(cell) : cell))),
  );
}

/** What posteriors and stopping rules say beyond the interval, one line a row. */
const evidence = (rows: readonly EffectRow[]): string[] => {
  const said = rows.filter((row) => row.estimate?.posterior || row.estimate?.stopping);
  return said.length === 0 ? [] : [bullets(said.map((row) => text(`${row.metric}${row.isArmNeeded ? ` in ${row.arm}` : ''}: ${row.evidence}`)))];
};

function lineage({ lineage, done }: ReportModel): string[] {
  const lines = [
    ...lineage.flatMap(({ arm, models, features }) => [
      ...models.map((model) => `${text(arm)}, model: ${text(modelText(model))}`),
      ...features.map((feature) => `${text(arm)}, features: ${text(featureText(feature))}`),
    ]),
    ...(done.monitoring === null ? [] : [`Monitoring: ${text(done.monitoring)}`]),
    ...done.rollback.map((criterion) => `Roll back when: ${text(criterion)}`),
  ];
  return lines.length === 0 ? [] : ['## What was tested, and what watches it', bullets(lines)];
}

const decisions = ({ records }: ReportModel): string[] => (records.length === 0 ? [] : ['## Decisions', bullets(records.map(({ content, hash }) =>
  text(`${content.sequence}. ${VERDICT_LABELS[content.verdict]}${content.arm === null ? '' : ` ${content.arm}`}, ${formatInstant(content.decidedAt)}, ${content.approver ? `approved by ${content.approver.name}, ${content.approver.role}` : 'recorded by the rule'}${content.comment === '' ? '' : `: ${content.comment}`}`) + ` ${code(hash)}`))]);

const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Plain text: what a plan or a table says is never taken for markup. An underscore inside a word is none. */
const text = (value: string): string => value.replace(/\s+/g, ' ')
  .replace(/[\\`*[\]<>|~#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\$&').replace(/&(?=[#\w]+;)/g, '\\&');

/** Inline code that may hold backticks and bars. */
function code(value: string): string {
  const flat = value.replace(/\s+/g, ' ').replaceAll('|', '\\|');
  const ticks = '`'.repeat(longestRun(flat) + 1);
  const air = flat.startsWith('`') || flat.endsWith('`') ? ' ' : '';
  return `${ticks}${air}${flat}${air}${ticks}`;
}

const fenced = (sql: string): string => {
  const fence = '`'.repeat(Math.max(3, longestRun(sql) + 1));
  return `${fence}sql\n${sql}\n${fence}`;
};

const longestRun = (value: string): number => Math.max(0, ...[...value.matchAll(/`+/g)].map(([run]) => run.length));
