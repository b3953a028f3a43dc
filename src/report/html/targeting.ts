import { targetingPlot } from '../charts/targeting-plot.js';
import { PROFILE_HEADS, TARGETING_TITLE, VALUE_HEADS, type Branch, type CurveModel, type TargetingModel } from '../targeting.js';
import { html, trusted, type Markup } from './markup.js';

export function targetingSection({ sentence, note, tree, values, profile, curve }: TargetingModel): Markup {
  return html`<section aria-labelledby="targeting"><h2 id="targeting">${TARGETING_TITLE}</h2>
<p>${sentence}</p>
${tree !== null && html`<h3>Whom to ship to</h3><ul class="tree">${tree.question === null ? tree.children.map(branch) : branch(tree)}</ul>
${table('values of the rule', VALUE_HEADS, values)}`}
${curve !== null && figure(curve)}
${profile.length > 0 && html`<h3>Who gains most</h3>${table('who gains most', PROFILE_HEADS, profile)}`}
<p class="note">${note}</p></section>`;
}

const figure = (curve: CurveModel): Markup => html`<figure><h3>Gain by share treated</h3><div class="wide">${trusted(targetingPlot(curve, 'wide'))}</div><div class="narrow">${trusted(targetingPlot(curve, 'narrow'))}</div><figcaption>${curve.caption}</figcaption></figure>`;

const branch = ({ question, says, isTreated, children }: Branch): Markup => html`<li><strong>${question}:</strong> <span${isTreated === null ? html`` : isTreated ? html` class="good"` : html` class="held"`}>${says}</span>${children.length > 0 && html`<ul>${children.map(branch)}</ul>`}</li>`;

const table = (label: string, heads: readonly string[], rows: readonly (readonly string[])[]): Markup => html`<div class="scroll" role="region" aria-label="Table of ${label}" tabindex="0"><table><thead><tr>${heads.map((head, i) => html`<th scope="col"${i > 0 && html` class="number"`}>${head}</th>`)}</tr></thead>
<tbody>${rows.map(([first, ...cells]) => html`<tr><th scope="row">${first!}</th>${cells.map((cell) => html`<td class="number">${cell}</td>`)}</tr>`)}</tbody></table></div>`;
