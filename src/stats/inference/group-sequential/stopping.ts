import { isRefusal, type Refusal } from '../../refusal.js';
import type { Stopping } from '../inference.js';
import type { BoundaryLook, Futility } from './boundary.js';
import { walk, type LooksSoFar } from './repeated-critical.js';
import { stageWise } from './stage-wise.js';

/** A stage-wise answer as distances from the statistic, so that a lift is answered by Fieller as a difference is by Wald. */
export interface StageWiseDistances {
  readonly pValue: number;
  readonly toEstimate: number;
  readonly toLower: number;
  /** null: a one-sided test bounds one side */
  readonly toUpper: number | null;
}

/** Where the statistic of the present look stands against the boundaries of a two-sided test, and what is known if the test stops with it. */
export interface StopReading extends Omit<Stopping, 'stageWise'> {
  /** null: the test goes on */
  readonly stageWise: StageWiseDistances | Refusal | null;
}

/** Looks of a plan, and how it stops. */
export interface StoppingPlan extends LooksSoFar {
  readonly futility?: Futility;
  /** true: only an effect on the better side rejects, at all of alpha */
  readonly isOneSided: boolean;
}

/**
 * Does the test stop here? `efficacy` and `harm`: a boundary is passed; `futility`: the effect that was planned for has become
 * implausible; `end`: the planned information is there, and no boundary was passed.
 *
 * Where futility does not bind, the boundaries that reject are those of a test that never stops for it, so going on costs no validity.
 * @param z standardised distance from no effect, towards the better side
 */
export function stopReading(plan: StoppingPlan, z: number, alpha: number): StopReading | Refusal {
  const { spending, looks, plannedInformation, futility, stopsBelow, isOneSided } = plan;
  const state = walk({ alpha, sides: isOneSided ? 1 : 2, spending, plannedInformation, ...(stopsBelow && { stopsBelow }) }, looks);
  if (isRefusal(state)) return state;
  const { information, upper } = state.looks.at(-1)!;
  const share = information / plannedInformation;
  const bounds = futility ? futilityBounds(plan, futility, alpha) : null;
  if (isRefusal(bounds)) return bounds;
  const lower = bounds?.at(-1) ?? null;
  const reading = { look: looks.length, share, statistic: z, efficacy: upper, futility: share >= 1 ? null : lower };
  const stop = stopOf(reading, isOneSided);
  return { ...reading, stop, stageWise: stop === null ? null : distances(state.looks, z, alpha, isOneSided) };
}

function stopOf({ statistic, efficacy, futility, share }: Pick<Stopping, 'statistic' | 'efficacy' | 'futility' | 'share'>, isOneSided: boolean): Stopping['stop'] {
  if (efficacy !== null && statistic >= efficacy) return 'efficacy';
  if (efficacy !== null && !isOneSided && statistic <= -efficacy) return 'harm';
  if (share >= 1) return 'end';
  return futility !== null && statistic < futility ? 'futility' : null;
}

/** Bounds of all looks so far, of a one-sided test: at half the error rate of a two-sided one. */
export function futilityBounds({ spending, looks, plannedInformation, isOneSided }: StoppingPlan, futility: Futility, alpha: number): readonly (number | null)[] | Refusal {
  const state = walk({ alpha: isOneSided ? alpha : alpha / 2, sides: 1, spending, plannedInformation, futility }, looks);
  return isRefusal(state) ? state : state.looks.map(({ lower }) => lower);
}

function distances(looks: readonly BoundaryLook[], z: number, alpha: number, isOneSided: boolean): StageWiseDistances | Refusal {
  const answer = stageWise(looks, z, isOneSided ? 2 * alpha : alpha);
  if (isRefusal(answer)) return answer;
  const toEstimate = z - answer.medianUnbiased;
  const toLower = z - answer.lower;
  return isOneSided ? { pValue: answer.pGreater, toEstimate, toLower, toUpper: null }
    : { pValue: answer.pTwoSided, toEstimate, toLower, toUpper: answer.upper - z };
}
