import { controlArm, treatmentArms, type Plan } from '../plan.js';

/** One comparison that a plan asks for: arms on either side, and what the two are called. */
export interface PlannedContrast {
  readonly control: string;
  readonly treatment: string;
  readonly controlArms: readonly string[];
  readonly treatmentArms: readonly string[];
  /** true where the decision rule may ship it; combinations and interactions inform only */
  readonly decides: boolean;
}

/** Treatment arms against the control, then combined arms; of a factorial design, effects of levels, then interactions. */
export function plannedContrasts(plan: Plan): PlannedContrast[] {
  if (plan.design?.kind === 'factorial') return factorialTerms(plan).map((term) => contrastOfTerm(term, plan));
  const control = controlArm(plan).name;
  return [
    ...treatmentArms(plan).map(({ name }) => ({ control, treatment: name, controlArms: [control], treatmentArms: [name], decides: true })),
    ...(plan.combined ?? []).map(({ name, arms }) => ({ control, treatment: name, controlArms: [control], treatmentArms: arms, decides: false })),
  ];
}

/** Levels of some factors, each against its base. */
export interface FactorialTerm {
  readonly title: string;
  readonly base: string;
  /** weight of each arm of the plan in the mean that the term is compared with, and in its own; each sums to 1 */
  readonly controlWeights: readonly number[];
  readonly treatmentWeights: readonly number[];
  readonly isMainEffect: boolean;
}

const TOGETHER = ' / ';

/** Levels of each factor, shape (factors): the base, which is the control's, first. */
export function factorLevels(plan: Plan): string[][] {
  const levels = plan.arms.map(({ name }) => name.split(TOGETHER));
  const base = controlArm(plan).name.split(TOGETHER);
  return base.map((first, f) => [...new Set([first, ...levels.map((of) => of[f]!)])]);
}

/**
 * Main effects, and interactions up to the order of the design. A main effect is averaged equally over the combinations of the other
 * factors; an interaction compares what levels do together with the sum of what they do alone.
 */
export function factorialTerms(plan: Plan): FactorialTerm[] {
  if (plan.design?.kind !== 'factorial') return [];
  const { factors, order } = plan.design;
  const levels = factorLevels(plan);
  const arms = plan.arms.map(({ name }) => name.split(TOGETHER));
  const sets = subsets(factors.length, order);
  return sets.flatMap((set) => choicesOf(set.map((f) => levels[f]!.slice(1))).map((choice): FactorialTerm => {
    const others = levels.reduce((product, of, f) => (set.includes(f) ? product : product * of.length), 1);
    // sign of a combination in the contrast: -1 for each base, 0 for a level that is not compared
    const weights = arms.map((arm) => set.reduce((weight, f, i) => weight * (arm[f] === choice[i] ? 1 : arm[f] === levels[f]![0] ? -1 : 0), 1) / others);
    const treatmentWeights = arms.map((arm) => (set.every((f, i) => arm[f] === choice[i]) ? 1 / others : 0));
    return {
      title: set.map((f, i) => `${factors[f]!.name}: ${choice[i]}`).join(' x '),
      base: set.length === 1 ? `${factors[set[0]!]!.name}: ${levels[set[0]!]![0]}` : 'sum of each alone',
      treatmentWeights,
      controlWeights: treatmentWeights.map((weight, a) => weight - weights[a]!),
      isMainEffect: set.length === 1,
    };
  }));
}

/** Names of all arms that a factorial design has, in the order of its factors. */
export const combinationsOf = (levels: readonly (readonly string[])[]): string[] => choicesOf(levels).map((choice) => choice.join(TOGETHER));

function contrastOfTerm({ title, base, controlWeights, treatmentWeights, isMainEffect }: FactorialTerm, plan: Plan): PlannedContrast {
  const armsWith = (weights: readonly number[]): string[] => plan.arms.filter((_, i) => weights[i] !== 0).map(({ name }) => name);
  return { control: base, treatment: title, controlArms: armsWith(controlWeights), treatmentArms: armsWith(treatmentWeights), decides: isMainEffect };
}

function choicesOf(lists: readonly (readonly string[])[]): string[][] {
  return lists.reduce<string[][]>((choices, list) => choices.flatMap((choice) => list.map((item) => [...choice, item])), [[]]);
}

/** Sets of 1 to `order` of the first `count` numbers, small ones first. */
function subsets(count: number, order: number): number[][] {
  const all = Array.from({ length: 2 ** count - 1 }, (_, mask) => Array.from({ length: count }, (__, f) => f).filter((f) => ((mask + 1) >> f) & 1));
  return all.filter((set) => set.length <= order).sort((a, b) => a.length - b.length || a[0]! - b[0]!);
}
