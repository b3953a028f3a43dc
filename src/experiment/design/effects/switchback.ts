import { switchbackRegression, type SwitchbackFit } from '../../../stats/effects/switchback-regression.js';
import { refuse, isRefusal, type Refusal } from '../../../stats/refusal.js';
import { switchbackRows } from '../../../stats/estimators/switchback/buckets.js';
import { categoryOf } from '../../../stats/summaries/frame.js';
import type { MetricSummary, Summaries } from '../../summaries.js';
import { durationSeconds } from '../../vocabulary.js';
import type { DesignOf } from '../design.js';
import type { PlannedContrast } from '../contrasts.js';

/** What was read of one bucket of time of one unit, such as `berlin@41233`. */
export function bucketOf(group: string): { readonly unit: string; readonly bucket: number } {
  const at = group.lastIndexOf('@');
  return { unit: group.slice(0, at), bucket: Number(group.slice(at + 1)) };
}

/** Buckets of a block; the first block begins at the origin. */
export const blockLength = ({ bucket, block }: DesignOf<'switchback'>): number => durationSeconds(block) / durationSeconds(bucket);

/** Blocks that were seen, by arm: what was randomised. */
export function blocksOf({ groups = [] }: Summaries['exposures'], design: DesignOf<'switchback'>): Map<string, number> {
  const length = blockLength(design);
  const blocks = new Map<string, Set<string>>();
  for (const { arm, group, units } of groups) {
    if (units === 0) continue;
    const { unit, bucket } = bucketOf(group);
    blocks.set(arm, (blocks.get(arm) ?? new Set()).add(`${unit}@${Math.floor(bucket / length)}`));
  }
  return new Map([...blocks].map(([arm, found]) => [arm, found.size]));
}

/** The regression of buckets on treatment now and before, with the level of each unit. */
export function switchbackFit({ groups = [], outcomes, covariates }: MetricSummary, { controlArms: [control], treatmentArms: [treatment] }: PlannedContrast, design: DesignOf<'switchback'>): SwitchbackFit | Refusal {
  const rows = groups.filter(({ arm, n }) => n > 0 && (arm === control || arm === treatment)).map((group) => ({ ...group, ...bucketOf(group.group) }));
  const arms = [control, treatment].map((arm) => rows.filter((row) => row.arm === arm).length);
  if (Math.min(...arms) === 0) return refuse('too_few_units', `switchback needs buckets in each arm; got ${arms.join(' and ')}`, 'Wait for more buckets.');
  const length = blockLength(design);
  const units = categoryOf('unit', rows.map(({ unit }) => unit));
  const column = (name: string, value: (row: (typeof rows)[number]) => number) => ({ name, values: Float64Array.from(rows, value) });
  const treatments = categoryOf('arm', rows.map(({ arm }) => arm));
  const found = switchbackRows({
    outcome: column('y', ({ mean }) => mean[0]!), treatment: treatments, time: column('bucket', ({ bucket }) => bucket),
    block: categoryOf('block', rows.map(({ unit, bucket }) => `${unit}@${Math.floor(bucket / length)}`)),
    unit: units.levels.length > 1 ? units : undefined,
    covariates: covariates.map((name, c) => column(name, ({ mean }) => mean[outcomes.length + c]!)),
  }, { control: treatments.levels.indexOf(control!), treatment: treatments.levels.indexOf(treatment!) }, design.lags, design.burnIn);
  if (isRefusal(found)) return found;
  const used = [...new Set(found.blocks.flatMap((of) => [...of]))];
  const least = 2 + design.lags;
  const blocks = [0, 1].map((arm) => used.filter((block) => found.arms[block] === arm).length);
  if (Math.min(...blocks) < least) return refuse('too_few_units', `switchback needs at least ${least} blocks in each arm for ${design.lags} lags; got ${blocks.join(' and ')}`, 'Run longer or switch more often; more buckets in the same blocks do not help.');
  return switchbackRegression(found);
}
