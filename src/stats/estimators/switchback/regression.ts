import { z } from 'zod';
import { switchbackRegression } from '../../effects/switchback-regression.js';
import { isRefusal, refuse } from '../../refusal.js';
import { category, defineEstimator, numeric, numerics, optionalCategory } from '../estimator.js';
import { effectSchema, readEffect, treatmentRole, twoArmOptions, twoLevels } from '../two-arms.js';
import { switchbackRows } from './buckets.js';

const { control, treatment, level, alternative, nullDifference, inference, tuningUnits } = twoArmOptions;

/** A market that switches between two arms over time, such as pricing or dispatch, where users cannot be treated apart. */
export const switchback = defineEstimator({
  name: 'switchback',
  title: 'switchback with carry-over',
  estimand: 'mean over time of Y(treated now and at all lags) - Y(never treated)',
  references: ['Bojinov, Simchi-Levi, Zhao (2023), Management Science 69(7), arXiv 2009.00148', 'Bell, McCaffrey (2002), Survey Methodology 28(2)'],
  data: {
    outcome: numeric('outcome of each time bucket'), treatment: treatmentRole, time: numeric('position of the bucket in time, in steps of one length'),
    block: category('what one coin toss decided: consecutive buckets of one arm; a label used once'),
    unit: optionalCategory('what switches apart, such as a region; its level is adjusted for'),
    covariates: numerics('known before the experiment, such as the same hour a week before'),
  },
  options: z.strictObject({
    control, treatment, level, alternative, nullDifference, inference, tuningUnits,
    lags: z.number().int().min(0).max(48).default(0).describe('buckets for which treatment may carry over; 0: none does, or burn-in leaves it out'),
    burnIn: z.number().int().min(0).default(0).describe('buckets left out at the start of each block, while the arm before may still act'),
  }),
  result: z.object({
    difference: effectSchema.describe('always treated against never, over all lags'),
    immediate: effectSchema.describe('treatment in the bucket itself'),
    carryOver: effectSchema.nullable().describe('treatment in the buckets before, over all lags; null without lags'),
    coefficients: z.array(z.object({ lag: z.number().int().describe('buckets ago'), ...effectSchema.shape }).meta({ id: 'SwitchbackLag', description: 'Effect of treatment some buckets ago.' })).describe('one a lag'),
    blocks: z.object({ control: z.number().int().describe('of the control arm'), treatment: z.number().int().describe('of the treatment arm') }).describe('coin tosses that the buckets tell of'),
    buckets: z.number().int().describe('that were used'),
  }),
  estimate({ outcome, treatment: arm, time, block, unit, covariates }, options) {
    const rows = switchbackRows({ outcome, treatment: arm, time, block, unit, covariates }, twoLevels(arm, options), options.lags, options.burnIn);
    if (isRefusal(rows)) return rows;
    const used = new Set(rows.blocks.flatMap((of) => [...of]));
    const [controls, treated] = [0, 1].map((side) => [...used].filter((g) => rows.arms[g] === side).length) as [number, number];
    const least = 2 + options.lags;
    if (Math.min(controls, treated) < least) return refuse('too_few_units', `switchback needs at least ${least} blocks in each arm for ${options.lags} lags; got ${controls} and ${treated}`, 'Run longer or switch more often; more buckets in the same blocks do not help.');
    const fit = switchbackRegression(rows);
    if (isRefusal(fit)) return fit;
    const lagged = Array.from({ length: options.lags + 1 }, (_, lag) => lag);
    const read = (weights: number[], nullValue: number) => {
      const effect = fit.effect(weights);
      return isRefusal(effect) ? effect : readEffect(effect, nullValue, options);
    };
    const difference = read(lagged.map(() => 1), options.nullDifference);
    if (isRefusal(difference)) return difference;
    const carryOver = options.lags === 0 ? null : read(lagged.map((lag) => Number(lag > 0)), 0);
    if (isRefusal(carryOver)) return carryOver;
    const coefficients: ({ lag: number } & typeof difference)[] = [];
    for (const lag of lagged) {
      const effect = read(lagged.map((other) => Number(other === lag)), 0);
      if (isRefusal(effect)) return effect;
      coefficients.push({ lag, ...effect });
    }
    const { lag: _, ...immediate } = coefficients[0]!;
    return { difference, immediate, carryOver, coefficients, blocks: { control: controls, treatment: treated }, buckets: rows.outcome.length };
  },
});
