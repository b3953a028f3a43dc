import { forestPlot } from '../charts/forest-plot.js';
import { ROLE_TITLES, rowsByRole, type EffectRow } from '../effect-rows.js';
import type { ReportModel } from '../model.js';
import { html, trusted, type Markup } from './markup.js';

/** Beyond this many rows the metrics that decide nothing are folded away. */
const OPEN_ROWS = 8;

export function effectsSection(model: ReportModel): Markup {
  const deciding = model.effects.filter((row) => row.role !== 'other');
  const others = model.effects.filter((row) => row.role === 'other');
  const shown = others.length > OPEN_ROWS ? deciding : model.effects;
  return html`<section aria-labelledby="effects"><h2 id="effects">Effects</h2>
${model.effectsNote !== null && html`<p class="note">${model.effectsNote}</p>`}
${forest(shown, model.level, html`Lift against control. Thick: the ${model.level} interval of the row alone. Thin: how near to no effect it reaches once corrected for many comparisons. Shaded: a loss beyond the agreed margin. ↓: less is better. An arrow: the interval goes on.`)}
${effectsTable(shown, model)}
${others.length > OPEN_ROWS && html`<details class="printed"><summary>Other metrics <span>${others.length}</span></summary>${forest(others, model.level, null)}${effectsTable(others, model)}</details>`}
${methods(model.effects)}
</section>`;
}

/** Effects within the values of each segment, folded: they explain, they do not decide. The pictures hold the metrics of the rule. */
export function segmentsSection(model: ReportModel): Markup {
  const { segments, level } = model;
  if (segments.length === 0) return html``;
  return html`<section aria-labelledby="segments"><h2 id="segments">Segments</h2>
<p class="note">Where the effect comes from. Segments do not decide: among many, some look large by chance.</p>
${segments.map(({ name, rows }) => html`<details class="printed"><summary>${name} <span>${new Set(rows.map((row) => row.segmentValue)).size} values</span></summary>${forest(rows.filter((row) => row.role !== 'other'), level, null)}${effectsTable(rows, model)}</details>`)}
</section>`;
}

const forest = (rows: readonly EffectRow[], level: string, caption: Markup | null): Markup => (rows.length === 0 ? html`` : html`<figure>
<div class="wide">${trusted(forestPlot(rows, 'wide', level))}</div>
<div class="narrow">${trusted(forestPlot(rows, 'narrow', level))}</div>
${caption && html`<figcaption>${caption}</figcaption>`}</figure>`);

function effectsTable(rows: readonly EffectRow[], { level, evidence }: ReportModel): Markup {
  const groups = rowsByRole(rows);
  const isAdjusted = rows.some((row) => row.adjustedPValue !== null);
  const columns = isAdjusted ? 8 : 7;
  return html`<div class="scroll" role="region" aria-label="Table of effects" tabindex="0"><table>
<thead><tr><th scope="col">Metric</th><th scope="col" class="number">Control</th><th scope="col" class="number">Treatment</th><th scope="col" class="number">Difference</th><th scope="col" class="number">Lift</th><th scope="col" class="number">${level} interval</th><th scope="col" class="number">${evidence.alone}</th>${isAdjusted && html`<th scope="col" class="number">${evidence.adjusted}</th>`}</tr></thead>
${groups.map((group) => html`<tbody>${groups.length > 1 && html`<tr class="group"><th colspan="${columns}" scope="rowgroup">${ROLE_TITLES[group.role]}</th></tr>`}${group.rows.map((row) => effectRow(row, isAdjusted))}</tbody>
`)}</table></div>`;
}

const effectRow = (row: EffectRow, isAdjusted: boolean): Markup => html`<tr><th scope="row">${row.segmentValue === null ? '' : `${row.segmentValue}: `}${row.metric}<small>${underName(row)}</small></th>
<td class="number">${row.control}</td><td class="number">${row.treatment}</td><td class="number">${row.difference}</td>
${row.refusal
    ? html`<td colspan="2" class="refused">Cannot be said: ${row.refusal.detail}. To answer it: ${row.refusal.remedy}.</td>`
    : html`<td class="number"><span class="${row.finding}">${row.lift}</span></td><td class="number">${row.interval}</td>`}
<td class="number">${row.pValue}</td>${isAdjusted && html`<td class="number">${row.adjustedPValue ?? '—'}</td>`}</tr>`;

const underName = (row: EffectRow): string => [
  row.isArmNeeded ? row.arm : null,
  row.better === 'decrease' ? 'less is better' : null,
  row.marginText,
].filter((part) => part !== null).join(' · ');

const methods = (rows: readonly EffectRow[]): Markup => html`<details><summary>How each row was computed</summary>
<div class="scroll" role="region" aria-label="Table of methods" tabindex="0"><table><thead><tr><th scope="col">Metric</th><th scope="col" class="number">Units, control and treatment</th><th scope="col" class="number">Variance removed</th><th scope="col">Method</th></tr></thead>
<tbody>${rows.map((row) => html`<tr><th scope="row">${row.metric}${row.isArmNeeded && html`<small>${row.arm}</small>`}</th><td class="number">${row.units}</td><td class="number">${row.varianceReduction ?? '—'}</td><td class="prose">${row.method}${row.evidence !== null && html`<small>${capital(row.evidence)}</small>`}</td></tr>`)}</tbody></table></div></details>`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
