import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import type { SwitchbackRows } from '../../effects/switchback-regression.js';
import { armsOfClusters } from '../cluster/cluster-arms.js';
import type { Category, Numeric } from '../estimator.js';
import type { TwoLevels } from '../two-arms.js';

export interface Buckets {
  readonly outcome: Numeric;
  readonly treatment: Category;
  /** position of each bucket in time */
  readonly time: Numeric;
  readonly block: Category;
  /** what switches apart, such as a region; undefined: there is one */
  readonly unit: Category | undefined;
  readonly covariates: readonly Numeric[];
}

/** Steps of time that differ by less than this share are equal. */
const SAME_STEP = 1e-6;

/**
 * Buckets in order of time with their treatment at each lag. Left out: buckets whose past the data do not have, the first
 * `burnIn` of each block, and arms that are not compared.
 */
export function switchbackRows({ outcome, treatment, time, block, unit, covariates }: Buckets, levels: TwoLevels, lags: number, burnIn: number): SwitchbackRows | Refusal {
  const arms = armsOfClusters(block, treatment, levels);
  if (isRefusal(arms)) return arms;
  const unitOf = (row: number): number => unit?.codes[row] ?? 0;
  const order = [...time.values.keys()].sort((a, b) => unitOf(a) - unitOf(b) || time.values[a]! - time.values[b]!);
  let step = Infinity;
  for (let i = 1; i < order.length; i++) {
    if (unitOf(order[i]!) !== unitOf(order[i - 1]!)) continue;
    const gap = time.values[order[i]!]! - time.values[order[i - 1]!]!;
    if (gap === 0) return refuse('not_identified', `switchbackRows needs one row for each time of a unit; ${time.name} ${time.values[order[i]!]} has several`, 'Add up or average the rows of each time bucket first, or name the unit that switches.');
    step = Math.min(step, gap);
  }
  const follows = (i: number): boolean => i > 0 && unitOf(order[i]!) === unitOf(order[i - 1]!) && Math.abs(time.values[order[i]!]! - time.values[order[i - 1]!]! - step) <= SAME_STEP * step;
  const kept: number[] = [];
  let run = 0;
  let inBlock = 0;
  for (let i = 0; i < order.length; i++) {
    run = follows(i) ? run + 1 : 0;
    inBlock = i > 0 && unitOf(order[i]!) === unitOf(order[i - 1]!) && block.codes[order[i]!] === block.codes[order[i - 1]!] ? inBlock + 1 : 0;
    const past = Array.from({ length: lags + 1 }, (_, lag) => order[i - lag]);
    if (run >= lags && inBlock >= burnIn && past.every((row) => isCompared(treatment.codes[row!]!, levels))) kept.push(i);
  }
  const at = (lag: number): number[] => kept.map((i) => order[i - lag]!);
  const columns = Array.from({ length: lags + 1 }, (_, lag) => at(lag));
  const rows = at(0);
  const units = unit ? [...new Set(rows.map(unitOf))].slice(1) : [];
  return {
    outcome: Float64Array.from(rows, (row) => outcome.values[row]!),
    treated: columns.map((from) => Float64Array.from(from, (row) => Number(treatment.codes[row] === levels.treatment))),
    blocks: columns.map((from) => Int32Array.from(from, (row) => block.codes[row]!)),
    arms,
    controls: [...units.map((code) => Float64Array.from(rows, (row) => Number(unitOf(row) === code))), ...covariates.map(({ values }) => Float64Array.from(rows, (row) => values[row]!))],
  };
}

const isCompared = (code: number, { control, treatment }: TwoLevels): boolean => code === control || code === treatment;
