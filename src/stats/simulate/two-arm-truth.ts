import type { Refusal } from '../refusal.js';
import type { RandomStream } from '../numeric/random.js';

/** Columns of the units of one arm: outcomes first, then covariates, in the order of the metric. */
export type ArmColumns = Readonly<Record<string, Float64Array>>;

/** A data-generating process of two arms whose metric is known. */
export interface TwoArmProcess<Arm> {
  /** who does what, and how many units an arm has */
  readonly words: string;
  /** the metric in each arm, in units of the metric */
  readonly control: number;
  readonly treatment: number;
  draw(random: RandomStream): readonly [control: Arm, treatment: Arm];
}

/** What intervals should hold. */
export const truthOf = ({ control, treatment }: Pick<TwoArmProcess<unknown>, 'control' | 'treatment'>): { readonly difference: number; readonly lift: number } =>
  ({ difference: treatment - control, lift: (treatment - control) / Math.abs(control) });

/** One arm unit by unit; `unit` gives the values of one unit, in the order of the names. */
export function columnsOf(names: readonly string[], units: number, unit: () => readonly number[]): ArmColumns {
  const columns = names.map(() => new Float64Array(units));
  for (let i = 0; i < units; i++) {
    const values = unit();
    for (let c = 0; c < columns.length; c++) columns[c]![i] = values[c]!;
  }
  return Object.fromEntries(names.map((name, c) => [name, columns[c]!]));
}

/** The two arms of one process, control first; an arm is told its factor on the outcome, 1 or 1 + lift. */
export const bothArms = <Arm>(lift: number, arm: (factor: number) => Arm): readonly [Arm, Arm] => [arm(1), arm(1 + lift)];

/** @throws where an answer was refused: a gate counts answers, and a refusal at the size it states is a defect of one or the other */
export function answered<T extends object>(answer: T | Refusal): T {
  if ('status' in answer && answer.status === 'refused') throw new Error(`refused in a simulation: ${answer.detail}`);
  return answer as T;
}
