import type { Moments } from '../summaries/moments.js';
import { drawBinomial, drawMultinomial, shareMoments } from './sufficient.js';
import { bothArms, columnsOf, type ArmColumns, type TwoArmProcess } from './two-arm-truth.js';

/** Units that do something or do not. @param of what the share is of, for words */
export const shareProcess = (of: string, units: readonly [number, number], rate: number, lift: number): TwoArmProcess<Moments> => ({
  words: `${of}: ${100 * rate}% of units, ${units.join(' and ')} of them`,
  control: rate, treatment: rate * (1 + lift),
  draw: (random) => [shareMoments(units[0], drawBinomial(random, units[0], rate)), shareMoments(units[1], drawBinomial(random, units[1], rate * (1 + lift)))],
});

/** Units that pass all steps of a funnel, each with its chance. */
export const funnelProcess = (units: number, steps: readonly number[], lift: number): TwoArmProcess<Moments> => {
  const rate = steps.reduce((product, chance) => product * chance, 1);
  return {
    words: `a funnel of ${steps.length} steps that ${Math.round(1000 * rate) / 10}% pass; ${units} units an arm`,
    control: rate, treatment: rate * (1 + lift),
    draw: (random) => bothArms(lift, (factor) => shareMoments(units, steps.reduce((left, chance, i) => drawBinomial(random, left, i === 0 ? chance * factor : chance), units))),
  };
};

/** Rare conversions with whether a unit converted before exposure: a table of four counts is all there is to know. */
export function rareAdjustedProcess(units: number, lift: number): TwoArmProcess<Moments> {
  const [before, cold, warm] = [0.02, 0.0085, 0.085];
  const rate = (1 - before) * cold + before * warm;
  return {
    words: `conversion: ${Math.round(1e4 * rate) / 100}%, adjusted for conversion before exposure (${100 * before}%); ${units} units an arm`,
    control: rate, treatment: rate * (1 + lift),
    draw: (random) => bothArms(lift, (factor) => {
      const chances = [before * warm * factor, before * (1 - warm * factor), (1 - before) * cold * factor];
      const [both, past, now] = drawMultinomial(random, units, [...chances, 1 - chances.reduce((a, b) => a + b, 0)]) as [number, number, number, number];
      const [y, x] = [(both + now) / units, (both + past) / units];
      const joint = both - units * x * y;
      return { n: units, columns: ['y', 'x:y'], mean: [y, x], scatter: [[units * y * (1 - y), joint], [joint, units * x * (1 - x)]] };
    }),
  };
}

/** Conversion whose chance is linear in attributes known before. */
export const adjustedShareProcess = (units: number, attributes: number): TwoArmProcess<ArmColumns> => ({
  words: `conversion: 30%, with ${attributes} attributes that move its chance; ${units} units an arm`,
  control: 0.3, treatment: 0.33,
  draw: (random) => bothArms(0.1, (factor) => {
    const names = Array.from({ length: attributes }, (_, k) => `x:${k}`);
    return columnsOf(['y', ...names], units, () => {
      const values = names.map(() => 2 * random.uniform() - 1);
      const chance = values.reduce((sum, value) => sum + (0.25 / attributes) * value, 0.3);
      return [Number(random.uniform() < chance * factor), ...values];
    });
  }),
});
