import path from 'node:path';
import { Command } from 'commander';
import type { Verification } from '../verify.js';
import { FAILURE } from './exit-codes.js';
import { readAnalysis } from './read-analysis.js';
import type { VerbContext } from './verb.js';

/** Differences that are shown; a change of method touches every row. */
const MOST_SHOWN = 20;

/** Replays an analysis from its stored summaries. */
export const verifyVerb = ({ terminal, exit }: VerbContext): Command => new Command('verify')
  .summary('recompute a stored analysis, bit for bit')
  .description('Recomputes checks, effects and decision of an analysis from its stored plan and summaries, and compares them bit for bit.')
  .argument('<analysis>', 'JSON file as `assay analyze --format json` writes it')
  .addHelpText('after', `
Example:
  $ assay analyze checkout.yaml --format json --out analysis.json; assay verify analysis.json

Exit codes:
  0 the same to the bit   1 different   2 bad input`)
  .action(async (file: string) => {
    const analysis = await readAnalysis(path.resolve(terminal.cwd, file));
    const { verifyAnalysis } = await import('../verify.js');
    const verification = await verifyAnalysis(analysis);
    terminal.out(verificationText(verification));
    if (verification.status === 'different') exit(FAILURE);
  });

function verificationText({ status, differences, codeVersions }: Verification): string {
  if (status === 'same') return 'same: checks, effects and decision were recomputed to the bit\n';
  const shown = differences.slice(0, MOST_SHOWN).map(({ path: at, stored, replayed }) => `  ${at}: stored ${stored ?? 'nothing'}, recomputed ${replayed ?? 'nothing'}`);
  const more = differences.length > MOST_SHOWN ? [`  and ${differences.length - MOST_SHOWN} more`] : [];
  const versions = codeVersions.stored === codeVersions.replayed ? [] : [`  it was computed by version ${codeVersions.stored} and recomputed by ${codeVersions.replayed}`];
  return [`different in ${differences.length} ${differences.length === 1 ? 'place' : 'places'}:`, ...shown, ...more, ...versions, ''].join('\n');
}
