import { refuse, type Refusal } from '../../refusal.js';
import { murmur3 } from '../assignment/murmur3.js';

export interface StratumBalance {
  readonly stratum: string;
  /** units of each arm, shape (arms) */
  readonly counts: readonly number[];
}

export interface StratifiedAllocation {
  readonly status: 'allocated';
  /** index of the arm of each unit, in the order given, shape (units) */
  readonly arms: Uint8Array;
  /** largest distance of a count from its share of the stratum, units; below 1 by construction */
  readonly largestDeviation: number;
  readonly strata: readonly StratumBalance[];
}

/**
 * Allocation that holds the planned shares within every stratum, to less than one unit for each arm.
 *
 * Units of a stratum are put in the order of their salted hash and dealt in blocks; the odd units of a stratum go to arms by
 * the hash of its name, so that small strata do not all favour the same arm. The order of the units given does not matter;
 * the set does: this is for lists that are fixed in advance, not for units that arrive.
 * @param strata name of each unit's stratum, shape (units)
 * @param weights shares of the arms; they sum to 1
 */
export function stratifiedAllocation(units: readonly string[], strata: readonly string[], weights: readonly number[], salt: string): StratifiedAllocation | Refusal {
  if (units.length !== strata.length || weights.length < 2) {
    return refuse('unsupported_combination', `stratifiedAllocation needs a stratum for each unit and two arms; got ${strata.length} for ${units.length} and ${weights.length}`, 'Give one stratum a unit and at least two weights.');
  }
  const seen = new Set(units);
  if (seen.size < units.length) return refuse('unsupported_combination', `stratifiedAllocation needs units that are listed once; ${units.length - seen.size} are repeated`, 'Remove repeated identifiers.');
  const seed = murmur3(salt);
  const members = new Map<string, number[]>();
  for (const [i, stratum] of strata.entries()) {
    const list = members.get(stratum);
    if (list) list.push(i);
    else members.set(stratum, [i]);
  }
  const arms = new Uint8Array(units.length);
  const report: StratumBalance[] = [];
  let largestDeviation = 0;
  for (const stratum of [...members.keys()].sort()) {
    const list = members.get(stratum)!;
    const hashes = new Map(list.map((i) => [i, murmur3(units[i]!, seed)]));
    list.sort((a, b) => hashes.get(a)! - hashes.get(b)! || (units[a]! < units[b]! ? -1 : 1));
    const counts = quotas(list.length, weights, murmur3(stratum, seed) / 2 ** 32);
    let at = 0;
    counts.forEach((count, arm) => { for (let i = 0; i < count; i++) arms[list[at++]!] = arm; });
    counts.forEach((count, arm) => { largestDeviation = Math.max(largestDeviation, Math.abs(count - weights[arm]! * list.length)); });
    report.push({ stratum, counts });
  }
  return { status: 'allocated', arms, largestDeviation, strata: report };
}

/**
 * Whole counts within one of each share, unbiased: systematic sampling of the cumulative shares from a random start.
 * @param start in [0, 1)
 */
function quotas(size: number, weights: readonly number[], start: number): number[] {
  let cumulative = 0;
  let before = Math.floor(start);
  return weights.map((weight, arm) => {
    cumulative += weight * size;
    const end = arm === weights.length - 1 ? size : Math.floor(cumulative + start);
    const count = end - before;
    before = end;
    return count;
  });
}
