import { formatInstant } from '../../experiment/format.js';
import { cumulativePlot } from '../charts/cumulative-plot.js';
import { featureText, modelText, nameOfCheck, STATUS_MARKS, VERDICT_LABELS, type ReportModel, type TimelineModel } from '../model.js';
import { html, link, trusted, type Markup } from './markup.js';

export function timelinesSection({ timelines, timelineNote }: ReportModel): Markup {
  if (timelines.length === 0) return html``;
  const figure = (timeline: TimelineModel): Markup => html`<figure><h3>${timeline.metric} in ${timeline.arm}</h3><div class="wide">${trusted(cumulativePlot(timeline, 'wide'))}</div><div class="narrow">${trusted(cumulativePlot(timeline, 'narrow'))}</div></figure>`;
  const others = timelines.filter((timeline) => !timeline.isGoal);
  return html`<section aria-labelledby="time"><h2 id="time">Lift over time</h2><p class="note">${timelineNote}</p>
${timelines.filter((timeline) => timeline.isGoal).map(figure)}
${others.length > 0 && html`<details class="printed"><summary>Guardrails <span>${others.length}</span></summary>${others.map(figure)}</details>`}</section>`;
}

export const checksSection = ({ checks }: ReportModel): Markup => html`<section aria-labelledby="checks"><h2 id="checks">Checks of the data</h2>
<ul class="clauses">${checks.map((check) => html`<li><span class="mark ${check.status}" aria-hidden="true">${STATUS_MARKS[check.status]}</span><div><p><span class="word">${check.status}: </span><strong>${nameOfCheck(check.name)}.</strong> ${check.sentence}</p>${typeof check.action === 'string' && html`<p class="note">What to do: ${check.action}</p>`}</div></li>`)}</ul></section>`;

export const planSection = ({ hypothesis, lock, differences }: ReportModel): Markup => html`<section aria-labelledby="plan"><h2 id="plan">The plan</h2>${hypothesis !== null && html`<p class="hypothesis">${hypothesis}</p>`}<p class="note">${lock}</p>
${differences.length > 0 && html`<div class="scroll" role="region" aria-label="Table of plan differences" tabindex="0"><table><thead><tr><th scope="col">Where</th><th scope="col">Locked</th><th scope="col">Ran</th></tr></thead><tbody>${differences.map((difference) => html`<tr><th scope="row"><code>${difference.path}</code></th><td>${valueOf(difference.planned)}</td><td>${valueOf(difference.ran)}</td></tr>`)}</tbody></table></div>`}</section>`;

const valueOf = (json: string | null): Markup => (json === null ? html`<span class="refused">absent</span>` : html`<code>${json}</code>`);

export function lineageSection({ lineage, done }: ReportModel): Markup {
  if (lineage.length === 0 && done.monitoring === null && done.rollback.length === 0) return html``;
  return html`<section aria-labelledby="lineage"><h2 id="lineage">What was tested, and what watches it</h2>
<dl class="pairs">${lineage.map(({ arm, models, features }) => [
    models.map((model) => html`<dt>${arm}, model</dt><dd>${modelText(model)}</dd>`),
    features.map((feature) => html`<dt>${arm}, features</dt><dd>${featureText(feature)}</dd>`),
  ])}${done.monitoring !== null && html`<dt>Monitoring</dt><dd>${link(done.monitoring)}</dd>`}${done.rollback.map((criterion) => html`<dt>Roll back when</dt><dd>${criterion}</dd>`)}</dl></section>`;
}

export function recordsSection({ records }: ReportModel): Markup {
  if (records.length === 0) return html``;
  return html`<section aria-labelledby="records"><h2 id="records">Decisions</h2>
${records.map(({ content, hash, previousHash }) => html`<h3>${VERDICT_LABELS[content.verdict]}${content.arm === null ? '' : ` ${content.arm}`}, ${formatInstant(content.decidedAt)}</h3>
<dl class="pairs"><dt>Approved by</dt><dd>${content.approver ? `${content.approver.name}, ${content.approver.role}` : 'nobody: recorded by the rule'}</dd>${content.comment !== '' && html`<dt>Comment</dt><dd>${content.comment}</dd>`}<dt>Record ${content.sequence}</dt><dd class="hash">${hash}</dd><dt>Record before</dt><dd class="hash">${previousHash ?? 'none'}</dd></dl>`)}</section>`;
}

export const queriesSection = ({ queries }: ReportModel): Markup => (queries.length === 0 ? html`` : html`<section aria-labelledby="sql"><h2 id="sql">SQL that was run</h2>
${queries.map(({ title, sql }) => html`<details><summary>${title}</summary><pre tabindex="0"><code>${sql}</code></pre></details>`)}</section>`);

export const provenanceSection = ({ provenance }: ReportModel): Markup => html`<section aria-labelledby="provenance"><h2 id="provenance">Provenance</h2>
<dl class="pairs">${provenance.map(({ label, value }) => html`<dt>${label}</dt><dd class="hash">${value}</dd>`)}</dl></section>`;
