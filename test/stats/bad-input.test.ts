import { expect, it } from '@jest/globals';
import { contrasts } from '../../src/stats/effects/contrast.js';
import { meanOutcome } from '../../src/stats/effects/outcome.js';
import { proportionContrast } from '../../src/stats/effects/proportions.js';
import { empiricalPrior } from '../../src/stats/inference/bayesian/empirical-prior.js';
import { normalPriorSchema } from '../../src/stats/inference/bayesian/normal-prior.js';
import { bettingSequence } from '../../src/stats/inference/bounded/betting.js';
import { boundaryOf } from '../../src/stats/inference/group-sequential/boundary.js';
import { isRefusal, type RefusalReason } from '../../src/stats/refusal.js';

const arm = (n: number, mean: number, variance: number) => ({ n, columns: ['y'], mean: [mean], scatter: [[variance * n]] });
const mean = (c: ReturnType<typeof arm>, t: ReturnType<typeof arm>, side: 'difference' | 'lift') => {
  const [contrast] = contrasts(c, [t], 1, meanOutcome);
  return isRefusal(contrast) ? contrast : contrast![side];
};
const DESIGN = { alpha: 0.05, sides: 2 as const, spending: { family: 'pocock' as const }, plannedInformation: 1 };

const CASES: readonly { readonly title: string; readonly reason: RefusalReason; readonly ask: () => unknown }[] = [
  { title: 'one unit in an arm', reason: 'too_few_units', ask: () => mean(arm(1, 3, 0), arm(50, 3, 1), 'difference') },
  { title: 'one unit in an arm of a share', reason: 'too_few_units', ask: () => proportionContrast(arm(1, 1, 0), arm(50, 0.5, 0.25)) },
  { title: 'two constant arms', reason: 'zero_variance', ask: () => mean(arm(50, 3, 0), arm(50, 4, 0), 'difference') },
  { title: 'a lift over a control and a treatment that are not told from zero', reason: 'denominator_near_zero', ask: () => mean(arm(50, 0.01, 1), arm(50, 0.02, 1), 'lift') },
  { title: 'looks that go backwards', reason: 'unsupported_combination', ask: () => boundaryOf(DESIGN, [0.5, 0.4]) },
  { title: 'past lifts that give a prior no scale', reason: 'zero_variance', ask: () => empiricalPrior([0, 0, 0].map((estimate) => ({ estimate, standardError: 0.1 }))) },
  { title: 'a value beyond the bounds of a bounded metric', reason: 'unsupported_combination', ask: () => bettingSequence({ values: Float64Array.of(0.2, 1.2), lowest: 0, highest: 1 }, 0.05) },
];

it.each(CASES)('$title: refused, with a sentence that says what would make it answerable', ({ reason, ask }) => {
  const answer = ask();
  if (!isRefusal(answer)) throw new Error(`answered: ${JSON.stringify(answer)}`);
  expect(answer.reason).toBe(reason);
  expect(answer.remedy).toMatch(/^[A-Z].*\.$/);
  expect(answer.detail).toMatch(/[^.]$/);
});

it('a spending plan that is over-run is answered: all that is left is spent at the first look beyond it', () => {
  const state = boundaryOf(DESIGN, [0.5, 1.3]);
  if (isRefusal(state)) throw new Error(state.detail);
  expect(state.looks.at(-1)!.spent).toBeCloseTo(0.05, 12);
  expect(state.looks.at(-1)!.upper).toBeGreaterThan(1.96);
});

it('a normal prior without scale is no prior', () => {
  for (const standardDeviation of [0, -1, Infinity]) expect(normalPriorSchema.safeParse({ kind: 'normal', standardDeviation }).success).toBe(false);
});
