/** The one style sheet of a report: light, dark, narrow and on paper. Charts take their colours from the same variables. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fdfdfb; --panel: #f5f4f0; --ink: #1b1d20; --muted: #5c6067; --line: #e4e2db;
  --good: #0a7350; --bad: #b3261e; --harm: #b3261e; --wait: #855100; --void: #6a3d9e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #141618; --panel: #1c1f22; --ink: #e9e8e3; --muted: #a0a5ac; --line: #303439;
    --good: #55c795; --bad: #ff8f84; --harm: #ff8f84; --wait: #e8b653; --void: #c6a8f4;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Inter, Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: break-word;
}
main, header > div, footer { max-width: 940px; margin: 0 auto; padding: 0 32px; }
h1, h2, h3, p, ul, dl, figure { margin: 0; }
h2 { font-size: 21px; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; margin-bottom: 6px; }
h3 { font-size: 15px; line-height: 1.4; font-weight: 650; margin: 26px 0 8px; }
section { padding: 44px 0 0; }
a { color: inherit; text-underline-offset: 3px; text-decoration-color: var(--muted); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--ink); outline-offset: 3px; border-radius: 3px; }
.note { color: var(--muted); max-width: 68ch; }
.note + *, .scroll + .note, figcaption + .note, figure + .note { margin-top: 14px; }
.hypothesis { max-width: 68ch; margin-bottom: 6px; }

.ship { --tone: var(--good); } .do_not_ship { --tone: var(--bad); } .keep_running { --tone: var(--wait); } .invalid { --tone: var(--void); }
header { background: color-mix(in srgb, var(--tone) 7%, var(--page)); border-bottom: 1px solid color-mix(in srgb, var(--tone) 22%, var(--page)); padding: 40px 0 34px; }
.title { font-weight: 600; }
.title code { color: var(--muted); font-weight: 400; margin-left: 10px; }
h1 { color: var(--tone); font-size: clamp(36px, 6.4vw, 56px); line-height: 1.08; letter-spacing: -0.03em; font-weight: 700; margin: 10px 0 14px; }
.reason { font-size: 20px; line-height: 1.45; max-width: 62ch; text-wrap: pretty; }
.change { margin-top: 24px; max-width: 72ch; }
.change h2 { font-size: 15px; letter-spacing: 0; margin: 0 0 4px; }
.change ul { padding-left: 18px; }
.change li { padding: 1px 0; }
.exploratory { display: inline-block; margin: 14px 0 0; padding: 8px 14px; border: 1px solid var(--wait); border-radius: 8px; background: color-mix(in srgb, var(--wait) 10%, var(--page)); }
.exploratory strong { color: var(--wait); }
.facts { display: flex; flex-wrap: wrap; gap: 14px 36px; margin-top: 28px; padding-top: 20px; border-top: 1px solid color-mix(in srgb, var(--tone) 22%, var(--page)); }
.facts dt { color: var(--muted); font-size: 13.5px; }
.facts dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }

.clauses { list-style: none; padding: 0; }
.clauses li { display: grid; grid-template-columns: 26px 1fr; padding: 11px 0; border-top: 1px solid var(--line); }
.clauses p { max-width: 76ch; }
.clauses p + p { color: var(--muted); font-size: 14.5px; margin-top: 2px; }
.mark { font-weight: 700; }
.met, .pass, .good { color: var(--good); } .violated, .fail, .bad { color: var(--bad); } .open, .warn { color: var(--wait); }
.word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

figure { margin: 18px 0 6px; }
figure svg { display: block; width: 100%; height: auto; overflow: visible; font-family: inherit; font-size: 12px; }
figure svg text { white-space: pre; }
figure .narrow { display: none; }
figcaption { color: var(--muted); font-size: 14px; margin-top: 8px; max-width: 76ch; }

.scroll { overflow-x: auto; margin-top: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; line-height: 1.4; }
th { text-align: left; font-weight: 600; vertical-align: top; }
thead th { color: var(--muted); font-weight: 500; font-size: 13.5px; white-space: nowrap; vertical-align: bottom; }
th, td { padding: 9px 18px 9px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tbody th small { display: block; color: var(--muted); font-weight: 400; font-size: 13px; }
td .good, td .bad { font-weight: 650; }
tr.group th { color: var(--muted); font-size: 13.5px; font-weight: 600; padding-top: 20px; padding-bottom: 4px; border-bottom: 0; }
tbody:last-child tr:last-child > * { border-bottom: 0; }
.refused { color: var(--muted); min-width: 24ch; }
.prose { min-width: 26ch; }

.tree, .tree ul { list-style: none; margin: 0; padding: 0; }
.tree ul { margin-left: 9px; padding-left: 22px; border-left: 1px solid var(--line); }
.tree li { padding: 5px 0; }
.tree .held { color: var(--muted); }

details { border-top: 1px solid var(--line); margin-top: 14px; }
details + details { margin-top: 0; }
section > details:last-child { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; padding: 12px 0; font-weight: 600; }
summary span { color: var(--muted); font-weight: 400; margin-left: 6px; }
details > :last-child { margin-bottom: 18px; }
pre { margin: 0; padding: 16px 18px; background: var(--panel); border-radius: 8px; overflow-x: auto; font-size: 13px; line-height: 1.5; white-space: pre; tab-size: 2; }
code, pre, .hash { font-family: ui-monospace, "SF Mono", SFMono-Regular, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { font-size: 0.9em; }
.pairs { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 6px 28px; margin-top: 10px; font-size: 14.5px; }
.pairs dt { color: var(--muted); }
.pairs dd { margin: 0; overflow-wrap: anywhere; }
.hash { font-size: 13px; }
footer { padding-top: 40px; padding-bottom: 56px; color: var(--muted); font-size: 14px; }

@media (max-width: 640px) {
  main, header > div, footer { padding: 0 18px; }
  header { padding: 28px 0 26px; }
  section { padding-top: 36px; }
  .reason { font-size: 18px; }
  .title code { display: block; margin: 0; }
  .facts { gap: 12px 28px; }
  figure .wide { display: none; }
  figure .narrow { display: block; }
  .pairs { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .pairs dd { margin-bottom: 8px; }
}
@media print {
  :root { color-scheme: light; --page: #fff; --panel: #f5f4f0; --ink: #000; --muted: #4a4d52; --line: #d5d3cc; --good: #0a7350; --bad: #a3201a; --harm: #a3201a; --wait: #7a4a00; --void: #5d3590; }
  @page { margin: 16mm 15mm; }
  body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main, header > div, footer { max-width: none; padding: 0; }
  footer { padding-top: 16pt; }
  header { background: none; padding: 0 0 14pt; }
  h1 { font-size: 30pt; }
  .reason { font-size: 13pt; }
  section { padding-top: 20pt; }
  h2, h3, summary, .note, thead, tr.group { break-after: avoid; }
  figure, tr, .clauses li, .change { break-inside: avoid; }
  figure .wide { display: block; } figure .narrow { display: none; }
  details.printed::details-content { content-visibility: visible; block-size: auto; }
  .scroll { overflow: visible; }
  table { font-size: 9pt; }
  th, td { padding-right: 9pt; }
  pre { white-space: pre-wrap; }
}
`;
