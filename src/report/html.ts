import { createHash } from 'node:crypto';
import { effectsSection, segmentsSection } from './html/effects.js';
import { heterogeneitySection } from './heterogeneity.js';
import { targetingSection } from './html/targeting.js';
import { checksSection, lineageSection, planSection, provenanceSection, queriesSection, recordsSection, timelinesSection } from './html/evidence.js';
import { html, trusted, type Markup } from './html/markup.js';
import { style } from './html/style.js';
import { STATUS_MARKS, type ReportModel } from './model.js';
import { isWorthSaying } from './verdict.js';

/** Nothing may be loaded, run or sent; the one style sheet is named by its hash. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** One HTML page that holds all it needs: no script, no outside request, light and dark, on a telephone and on paper. */
export function htmlReport(model: ReportModel): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${model.verdict.label}: ${model.title}</title>
<style>${trusted(style)}</style>
</head>
<body class="${model.verdict.kind}">
${verdictHeader(model)}
<main>
${effectsSection(model)}
${clausesSection(model)}
${designSection(model)}${timelinesSection(model)}
${segmentsSection(model)}${model.heterogeneity !== null && heterogeneitySection(model.heterogeneity)}${model.targeting !== null && targetingSection(model.targeting)}
${checksSection(model)}
${planSection(model)}
${lineageSection(model)}
${recordsSection(model)}
${queriesSection(model)}
${provenanceSection(model)}
</main>
<footer>Replay it: <code>assay verify</code> computes this analysis again from its stored summaries and says what differs.</footer>
</body>
</html>
`.markup;
}

const verdictHeader = ({ name, title, verdict, exploratory, facts }: ReportModel): Markup => html`<header><div>
<p class="title">${title}${title !== name && html` <code>${name}</code>`}</p>
<h1 data-verdict="${verdict.kind}">${verdict.label}</h1>
<p class="reason">${verdict.reason}</p>
${exploratory !== null && html`<p class="exploratory"><strong>Exploratory.</strong> ${exploratory} <a href="#plan">See the differences</a></p>`}
<div class="change"><h2>What would change this</h2><ul>${verdict.changes.map((change) => html`<li>${change}</li>`)}</ul></div>
<dl class="facts">${facts.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
</div></header>`;

const designSection = ({ design }: ReportModel): Markup => (design === null ? html`` : html`<section aria-labelledby="design"><h2 id="design">The design</h2><p>${design.title}</p>
<dl class="pairs"><dt>Randomised</dt><dd>${design.randomised}</dd><dt>Effects are</dt><dd>${design.estimand}</dd></dl>
<h3>What must hold</h3><ul>${design.assumptions.map((assumption) => html`<li>${assumption}</li>`)}</ul>
${design.seen.length > 0 && html`<h3>What was seen</h3><ul>${design.seen.map((sentence) => html`<li>${sentence}</li>`)}</ul>`}</section>
`);

const clausesSection = ({ clauseGroups }: ReportModel): Markup => html`<section aria-labelledby="rule"><h2 id="rule">The rule, clause by clause</h2>
${clauseGroups.map((group) => html`<h3>${group.title}</h3><ul class="clauses">${group.clauses.map((clause) => html`<li><span class="mark ${clause.status}" aria-hidden="true">${STATUS_MARKS[clause.status]}</span><div><p><span class="word">${clause.status}: </span>${clause.sentence}</p>${isWorthSaying(clause) && html`<p>What would change it: ${clause.change}</p>`}</div></li>`)}</ul>`)}
</section>`;
