import path from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { analysisSchema } from '../experiment/analysis.js';
import { decisionRecordSchema, verifyChain } from '../experiment/record.js';
import type { Verification } from '../verify.js';
import { FAILURE } from './exit-codes.js';
import { readAnalysisJson } from './read-analysis.js';
import { parseAs } from './read-document.js';
import type { VerbContext } from './verb.js';

/** Differences that are shown; a change of method touches every row. */
const MOST_SHOWN = 20;

/** Replays an analysis from its stored summaries, or walks a chain of decisions. */
export const verifyVerb = (context: VerbContext): Command => new Command('verify')
  .summary('recompute a stored analysis, bit for bit, or a chain of decisions')
  .description('Recomputes checks, effects and decision of an analysis from its stored plan and summaries, and compares them bit for bit. A list of decision records is checked as a chain: each hash, and each link to the one before.')
  .argument('<file>', 'an analysis as `assay analyze --format json` writes it, or a JSON list of decision records from the first on')
  .addHelpText('after', `
Example:
  $ assay analyze checkout.yaml --format json --out analysis.json; assay verify analysis.json

Exit codes:
  0 the same to the bit   1 different   2 bad input`)
  .action((file: string) => verifyCommand(context, file));

async function verifyCommand({ terminal, exit }: VerbContext, file: string): Promise<void> {
  const value = await readAnalysisJson(path.resolve(terminal.cwd, file));
  if (Array.isArray(value)) {
    const chain = verifyChain(parseAs(z.array(decisionRecordSchema), value, `${file} is not a list of decision records`));
    terminal.out(chain.status === 'intact' ? `intact: ${chain.length} ${chain.length === 1 ? 'record' : 'records'}, each with its hash and its predecessor\n` : `broken: ${chain.sentence}\n`);
    if (chain.status === 'broken') exit(FAILURE);
    return;
  }
  const analysis = parseAs(analysisSchema, value, `${file} is not an analysis`);
  const { verifyAnalysis } = await import('../verify.js');
  const verification = await verifyAnalysis(analysis);
  terminal.out(verificationText(verification, analysis.forest !== undefined));
  if (verification.status === 'different') exit(FAILURE);
}

function verificationText({ status, differences, codeVersions }: Verification, hasForest: boolean): string {
  if (status === 'same') return `same: checks, effects and decision were recomputed to the bit${hasForest ? '; the causal forest was not, since it reads units and they are not stored' : ''}\n`;
  const shown = differences.slice(0, MOST_SHOWN).map(({ path: at, stored, replayed }) => `  ${at}: stored ${stored ?? 'nothing'}, recomputed ${replayed ?? 'nothing'}`);
  const more = differences.length > MOST_SHOWN ? [`  and ${differences.length - MOST_SHOWN} more`] : [];
  const versions = codeVersions.stored === codeVersions.replayed ? [] : [`  it was computed by version ${codeVersions.stored} and recomputed by ${codeVersions.replayed}`];
  return [`different in ${differences.length} ${differences.length === 1 ? 'place' : 'places'}:`, ...shown, ...more, ...versions, ''].join('\n');
}
