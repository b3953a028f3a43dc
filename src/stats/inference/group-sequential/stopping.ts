import { isRefusal, type Refusal } from '../../refusal.js';
import type { Stopping } from '../inference.js';
import { boundaryOf, type BoundaryLook, type Futility } from './boundary.js';
import type { LooksSoFar } from './repeated-critical.js';
import { stageWise } from './stage-wise.js';

/** A stage-wise answer as distances from the statistic, so that a lift is answered by Fieller as a difference is by Wald. */
export interface StageWiseDistances {
  readonly pValue: number;
  readonly toEstimate: number;
  readonly toLower: number;
  readonly toUpper: number;
}

/** Where the statistic of the present look stands against the boundaries of a two-sided test, and what is known if the test stops with it. */
export interface StopReading extends Omit<Stopping, 'stageWise'> {
  /** null: the test goes on */
  readonly stageWise: StageWiseDistances | Refusal | null;
}

/**
 * Does the test stop here? `efficacy` and `harm`: a boundary is passed; `futility`: the effect that was planned for has become
 * implausible; `end`: the planned information is there, and no boundary was passed.
 *
 * Futility does not bind: the boundaries that reject are those of a test that never stops for it, so going on costs no validity.
 * @param z standardised distance from no effect, towards the better side
 */
export function stopReading(plan: LooksSoFar & { readonly futility?: Omit<Futility, 'binding'> }, z: number, alpha: number): StopReading | Refusal {
  const { spending, looks, plannedInformation, futility } = plan;
  const state = boundaryOf({ alpha, sides: 2, spending, plannedInformation }, looks);
  if (isRefusal(state)) return state;
  const { information, upper } = state.looks.at(-1)!;
  const share = information / plannedInformation;
  const lower = futility ? futilityBound(plan, futility, alpha) : null;
  if (isRefusal(lower)) return lower;
  const stop = upper !== null && Math.abs(z) >= upper ? (z > 0 ? 'efficacy' : 'harm') : share >= 1 ? 'end' : lower !== null && z < lower ? 'futility' : null;
  return { look: looks.length, share, statistic: z, efficacy: upper, futility: share >= 1 ? null : lower, stop, stageWise: stop === null ? null : distances(state.looks, z, alpha) };
}

/** One-sided at half the error rate of the two-sided test. */
function futilityBound({ spending, looks, plannedInformation }: LooksSoFar, futility: Omit<Futility, 'binding'>, alpha: number): number | null | Refusal {
  const state = boundaryOf({ alpha: alpha / 2, sides: 1, spending, plannedInformation, futility: { ...futility, binding: false } }, looks);
  return isRefusal(state) ? state : state.looks.at(-1)!.lower;
}

function distances(looks: readonly BoundaryLook[], z: number, alpha: number): StageWiseDistances | Refusal {
  const answer = stageWise(looks, z, alpha);
  return isRefusal(answer) ? answer : { pValue: answer.pTwoSided, toEstimate: z - answer.medianUnbiased, toLower: z - answer.lower, toUpper: answer.upper - z };
}
