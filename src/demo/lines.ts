import type { DemoLine } from './run.js';

const COLOURS = { ship: 32, do_not_ship: 31, keep_running: 33, invalid: 35 } as const satisfies Record<DemoLine['verdict'], number>;

/** One aligned line an experiment; the verdict is coloured for a terminal. */
export function demoLines(lines: readonly DemoLine[], isTerminal: boolean): string {
  const width = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
  const verdicts = lines.map(({ verdict }) => verdict.replaceAll('_', ' '));
  const widths = [width(verdicts), width(lines.map((line) => line.experiment)), width(lines.map((line) => line.headline))] as const;
  return lines.map((line, i) => {
    const verdict = verdicts[i]!.padEnd(widths[0]);
    const coloured = isTerminal ? `\x1b[1;${COLOURS[line.verdict]}m${verdict}\x1b[0m` : verdict;
    return `${coloured}   ${line.experiment.padEnd(widths[1])}   ${line.headline.padEnd(widths[2])}   ${line.reportUrl}\n`;
  }).join('');
}
