import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import type { Arms } from '../sdk/allocate.js';
import type { Rerandomisation } from '../stats/design/allocation/rerandomise.js';
import type { StratifiedAllocation } from '../stats/design/allocation/stratified-allocation.js';
import { isRefusal } from '../stats/refusal.js';
import { csvCell } from './csv.js';
import { REFUSED } from './exit-codes.js';
import { InputError } from './input-error.js';
import { collected, type VerbContext } from './verb.js';

interface AllocateOptions {
  readonly column: string;
  readonly arms: string;
  readonly within?: readonly string[];
  readonly balance?: readonly string[];
  readonly salt: string;
  readonly candidates: number;
  readonly acceptance?: number;
  readonly out?: string;
}

/** Arms for a list of units that is known in advance. */
export const allocateVerb = (context: VerbContext): Command => new Command('allocate')
  .summary('deal the units of a list to arms: stratified, or re-randomised for balance')
  .description('Deals the units of a list that is known in advance (stores, regions, users of a launch) to arms. --within holds the shares within strata, to less than one unit. --balance tries many salts and keeps the one under which hashing alone balances covariates: put that salt into the assignment configuration.')
  .argument('<units>', 'CSV, NDJSON, Parquet or Arrow file with one row a unit')
  .option('--column <name>', 'column of the identifiers', 'unit')
  .option('--arms <shares>', 'arms with their shares, the control first', 'control=0.5,treatment=0.5')
  .option('--within <column>', 'column whose values are strata; repeat it for their combinations', collected)
  .option('--balance <column>', 'covariate, known before the experiment; may be repeated', collected)
  .option('--salt <text>', 'what the hash is salted with; another salt is another draw', 'allocation')
  .option('--candidates <n>', 'salts that are tried at most, for --balance', whole, 100)
  .option('--acceptance <share>', 'stop at the first salt in this best share of all allocations, for --balance', share)
  .option('--out <file>', 'write unit and arm of every row there, as CSV')
  .addHelpText('after', `
Analyse what was balanced with these covariates adjusted for, or with the strata as strata: an interval that ignores them is too wide.

Examples:
  $ assay allocate stores.csv --column store --within region --within size --out arms.csv
  $ assay allocate stores.csv --column store --balance revenue --balance visitors --arms control=0.6,new=0.4

Exit codes:
  0 allocated   30 a refusal: it says why and what would help   2 bad input   1 failure`)
  .action((units: string, options: AllocateOptions) => allocateCommand(context, units, options));

async function allocateCommand({ terminal, exit }: VerbContext, unitsFile: string, options: AllocateOptions): Promise<void> {
  const { column, within, balance, salt, candidates, acceptance, out } = options;
  if ((within === undefined) === (balance === undefined)) throw new InputError('give --within for strata, or --balance for covariates');
  const arms = armsOf(options.arms);
  const file = path.resolve(terminal.cwd, unitsFile);
  const { allocateBalanced, allocateWithin } = await import('../sdk/allocate.js');
  const found = within ? await allocateWithin(file, column, within, arms, salt) : await allocateBalanced(file, column, balance!, arms, { salt, candidates, ...(acceptance !== undefined && { acceptance }) });
  if (isRefusal(found)) {
    terminal.out(`refused (${found.reason}): ${found.detail}\nremedy: ${found.remedy}\n`);
    return exit(REFUSED);
  }
  const { units, report } = found;
  if (out !== undefined) await writeFile(path.resolve(terminal.cwd, out), ['unit,arm', ...units.map((unit, i) => `${csvCell(unit)},${csvCell(found.arms[i]!)}`), ''].join('\n'));
  terminal.out('strata' in report ? stratifiedText(report, arms) : balancedText(report, arms, balance!));
}

function armsOf(text: string): Arms {
  const pairs = text.split(',').map((pair) => /^([^=]+)=(\d*\.?\d+)$/.exec(pair.trim()));
  const [names, weights] = [pairs.map((pair) => pair?.[1] ?? ''), pairs.map((pair) => Number(pair?.[2]))];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (pairs.includes(null) || pairs.length < 2 || new Set(names).size < names.length) throw new InputError(`--arms must look like control=0.5,treatment=0.5, each arm once; got "${text}"`);
  if (Math.abs(total - 1) > 1e-3 || weights.some((weight) => weight <= 0)) throw new InputError(`--arms must have positive shares that sum to 1; they sum to ${Number(total.toFixed(6))}`);
  return { names, weights: weights.map((weight) => weight / total) };
}

function stratifiedText({ strata, largestDeviation }: StratifiedAllocation, { names }: Arms): string {
  const width = Math.max(7, ...strata.map(({ stratum }) => stratum.length));
  return [
    `${'stratum'.padEnd(width)}  ${names.join('  ')}`,
    ...strata.map(({ stratum, counts }) => `${stratum.padEnd(width)}  ${counts.map((count, i) => String(count).padStart(names[i]!.length)).join('  ')}`),
    `no arm is further than ${largestDeviation.toFixed(2)} units from its share of a stratum`, '',
  ].join('\n');
}

function balancedText({ salt, tried, isAccepted, balance, firstBalance, remainingVariance }: Rerandomisation, { names }: Arms, covariates: readonly string[]): string {
  const width = Math.max(...covariates.map((name) => name.length));
  const percent = (fraction: number) => `${Number((100 * fraction).toPrecision(3))} %`;
  return [
    `salt: ${salt}${isAccepted ? '' : '   (none of the salts was good enough: this is the best of them)'}`,
    `${names.map((name, i) => `${name} ${balance.counts[i]}`).join(', ')}; the best of ${tried} ${tried === 1 ? 'salt' : 'salts'} balances better than all but ${percent(balance.percentile)} of allocations`,
    'largest difference of arm means, in standard deviations (with the first salt):',
    ...covariates.map((name, i) => `  ${name.padEnd(width)}  ${balance.standardisedDifferences[i]!.toFixed(4)}  (${firstBalance.standardisedDifferences[i]!.toFixed(4)})`),
    `about ${percent(remainingVariance)} of the variance of these differences is expected to be left`, '',
  ].join('\n');
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InputError(`--candidates must be a whole number from 1 to 999999; got "${text}"`);
  return Number(text);
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InputError(`--acceptance must be a share in (0, 1]; got "${text}"`);
  return value;
}
