import { normalUpperQuantile } from '../../numeric/normal.js';
import { refuse, type Refusal } from '../../refusal.js';
import { spentBy, type Spending } from './spending.js';
import { advance, firstLook, lowerTail, mirrored, upperQuantile, type SubDensity } from './sub-density.js';

/** A boundary on the standardised statistic, in the direction of the alternative. */
export interface BoundaryDesign {
  /** error rate of the whole test: of both sides together when there are two */
  readonly alpha: number;
  /** 2: symmetric */
  readonly sides: 1 | 2;
  readonly spending: Spending;
  /** information at the planned end, in the unit of the looks */
  readonly plannedInformation: number;
  /** one-sided tests only */
  readonly futility?: Futility;
  /** one-sided tests only, in place of `futility`: bounds of the looks at or below which the test must stop, whatever alpha is */
  readonly stopsBelow?: readonly (number | null)[];
}

/** Stopping because the effect that was planned for has become implausible. */
export interface Futility {
  /** chance to stop for futility, or to fail at the end, when the effect is the one planned for */
  readonly beta: number;
  readonly spending: Spending;
  /** expected standardised statistic at the planned information under that effect; see `planDrift` */
  readonly drift: number;
  /** true: the test must stop there, and the efficacy boundary makes use of it; false: stopping is a free choice */
  readonly binding: boolean;
}

export interface BoundaryLook {
  readonly information: number;
  /** reject above this standardised value; null: no rejection at this look */
  readonly upper: number | null;
  /** reject below this (two sides) or stop for futility below it (one side); null: never */
  readonly lower: number | null;
  /** error spent by now, all sides */
  readonly spent: number;
}

/** All that a further look needs; plain JSON. */
export interface BoundaryState {
  readonly design: BoundaryDesign;
  readonly looks: readonly BoundaryLook[];
  /** under no effect, at the last look */
  readonly underNull: SubDensity | null;
  /** under the planned effect, for futility */
  readonly underPlan: SubDensity | null;
}

export const beginBoundary = (design: BoundaryDesign): BoundaryState => ({ design, looks: [], underNull: null, underPlan: null });

/** Paths further out than this have chance 1e-19. */
const REACH = 9;
/** A one-sided boundary this low rejects whatever comes: all that can be spent at a large alpha. */
const LOWEST_BOUND = -38;

/**
 * One more look, at any time: the boundary at which the error spent is what the spending function allows by now.
 *
 * Looks need not be planned or regular. From the planned information on the test has spent all: the first look there is the
 * last that can reject, with its own information in the covariance, however far it runs over.
 * @returns Refusal when information does not grow, or futility is asked of a two-sided test
 */
export function addLook(state: BoundaryState, information: number): BoundaryState | Refusal {
  const { design, looks } = state;
  const before = looks.at(-1);
  const invalid = invalidLook(design, before, information);
  if (invalid) return invalid;
  return addSpendingLook(state, information, design.sides * spentBy(design.spending, design.alpha / design.sides, information / design.plannedInformation));
}

/**
 * As `addLook`, with the error spent by now given: for a spending plan of one's own, or one that changed between looks.
 * @param spent all sides, not below what was spent before
 */
export function addSpendingLook(state: BoundaryState, information: number, spent: number): BoundaryState {
  const { design, looks } = state;
  const before = looks.at(-1);
  const target = Math.max(0, spent - (before?.spent ?? 0)) / design.sides;
  const drift = design.futility ? design.futility.drift / Math.sqrt(design.plannedInformation) : 0;
  const reach = target > 0 ? Math.max(REACH, normalUpperQuantile(Math.min(0.5, target)) + 2) : REACH;
  const isBinding = design.sides === 2 || design.stopsBelow !== undefined || (design.futility?.binding ?? false);
  const underNull = before ? following(state.underNull!, before, isBinding, information, reach) : firstLook(information);
  const root = Math.sqrt(information);
  const upper = Math.max(design.sides === 2 ? 0 : LOWEST_BOUND, upperQuantile(underNull, target) / root);
  const look = { information, spent: Math.max(spent, before?.spent ?? 0) };
  if (!design.futility) {
    const lower = design.sides === 2 ? -upper : Math.min(upper, design.stopsBelow?.[looks.length] ?? -Infinity);
    return { design, underNull, underPlan: null, looks: [...looks, { ...look, upper: finite(upper), lower: finite(lower) }] };
  }
  const underPlan = before ? following(state.underPlan!, before, true, information, REACH) : firstLook(information, drift);
  const lower = futilityBound(state, underPlan, information);
  return { design, underNull, underPlan, looks: [...looks, { ...look, upper: finite(upper), lower: finite(Math.min(upper, lower)) }] };
}

const finite = (bound: number): number | null => (Number.isFinite(bound) ? bound : null);

function following(density: SubDensity, before: BoundaryLook, stopsBelow: boolean, information: number, reach: number): SubDensity {
  const root = Math.sqrt(before.information);
  const lower = stopsBelow && before.lower !== null ? before.lower * root : -Infinity;
  return advance(density, lower, before.upper === null ? Infinity : before.upper * root, information, reach);
}

/** Standardised value below which the planned effect leaves what beta allows by now; at the planned end, all that does not reject stops. */
function futilityBound({ design, looks }: BoundaryState, underPlan: SubDensity, information: number): number {
  const { beta, spending } = design.futility!;
  const share = information / design.plannedInformation;
  if (share >= 1) return Infinity;
  const before = looks.at(-1);
  const target = spentBy(spending, beta, share) - (before ? spentBy(spending, beta, before.information / design.plannedInformation) : 0);
  return -upperQuantile(mirrored(underPlan), target) / Math.sqrt(information);
}

function invalidLook(design: BoundaryDesign, before: BoundaryLook | undefined, information: number): Refusal | null {
  if (design.sides === 2 && design.futility) {
    return refuse('unsupported_combination', 'group sequential futility needs a one-sided test', 'Ask for the alternative greater or less.');
  }
  if (!(information > (before?.information ?? 0)) || !Number.isFinite(information)) {
    return refuse('unsupported_combination', `group sequential looks need information that grows; after ${before?.information ?? 0} came ${information}`, 'Leave out looks that gained nothing, and give the information of all data so far.');
  }
  return null;
}

/** All looks at once. */
export function boundaryOf(design: BoundaryDesign, looks: readonly number[]): BoundaryState | Refusal {
  let state = beginBoundary(design);
  for (const information of looks) {
    const next = addLook(state, information);
    if ('status' in next) return next;
    state = next;
  }
  return state;
}

/** Chance to fail under the planned effect when the last look of `state` is the end. */
export function failureUnderPlan({ looks, underPlan }: BoundaryState): number {
  const last = looks.at(-1)!;
  return last.upper === null || !underPlan ? 1 : lowerTail(underPlan, last.upper * Math.sqrt(last.information));
}
