import { describe, expect, it } from '@jest/globals';
import { designSchema } from '../../src/experiment/design/design.js';
import { allowedPairs } from '../../src/simulate/coverage.js';
import { differenceEstimators } from '../../src/simulate/estimator-rows.js';
import { unspentFamilies } from '../../src/simulate/group-sequential-rows.js';
import { untunedMethods } from '../../src/simulate/monitoring-rows.js';
import { unpromisedCorrections } from '../../src/simulate/multiplicity-rows.js';
import { isInside, type Figure, type Prepared } from '../../src/simulate/row.js';
import { rows } from '../../src/simulate/rows.js';
import { blocksOf, meansOf, runBlock } from '../../src/simulate/run-row.js';
import { corrections } from '../../src/stats/corrections/index.js';
import { planners } from '../../src/stats/design/planning/index.js';
import { inferences } from '../../src/stats/inference/index.js';

const SEED = 7;
/** A short run may miss its gate by this many binomial standard errors at the end of the gate. */
const ERRORS = 4;

const slackOf = (edge: number, replicates: number): number => ERRORS * Math.sqrt((edge * (1 - edge)) / replicates);
/** Within the gate, or short of it by chance alone. */
const isNear = (value: number, { least, most }: Figure, replicates: number): boolean => isInside(value, {
  least: least === null ? null : least - slackOf(least, replicates), most: most === null ? null : most + slackOf(most, replicates),
});

describe('simulation gate, short version', () => {
  it.each(rows.filter(({ brief }) => brief > 0))('$group: $name', async ({ name, brief, prepare }) => {
    const prepared = await prepare();
    const blocks = await Promise.all(Array.from({ length: blocksOf(brief) }, (_, block) => runBlock(name, prepared, SEED, block, brief)));
    const means = meansOf(blocks, brief);
    const off = prepared.figures.flatMap((figure, f) => (isNear(means[f]!, figure, brief) ? [] : [`${figure.name}: ${means[f]}`]));
    expect(off).toEqual([]);
  });

  it('blocks of a row do not depend on who runs them, or on what was run before', async () => {
    const { name, prepare } = rows.find((row) => row.group === 'multiplicity')!;
    const [one, other] = [await prepare(), await prepare()];
    const run = (prepared: Prepared, blocks: readonly number[]) => Promise.all(blocks.map((block) => runBlock(name, prepared, SEED, block, 600)));
    const first = await run(one, [0, 1, 2]);
    expect((await run(other, [2, 1, 0])).reverse()).toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
  });
});

/** Entries of registries that no row holds to account, each with the reason. */
const NO_ROW: Readonly<Record<string, string>> = {
};

describe('what the rows cover', () => {
  const covered = new Set(rows.flatMap(({ covers }) => covers));
  const wanted = [
    ...inferences.map(({ name }) => `inference:${name}`),
    ...Object.keys(corrections).map((name) => `correction:${name}`),
    ...allowedPairs,
    ...differenceEstimators.map((name) => `estimator:${name}`),
    ...planners.map(({ name }) => `planner:${name}`),
    ...designSchema.options.map(({ shape }) => `design:${shape.kind.value}`),
  ];

  it('is every entry of the registries, but for those listed with a reason', () => {
    expect(wanted.filter((entry) => !covered.has(entry) && !(entry in NO_ROW))).toEqual([]);
    expect([...untunedMethods, ...unspentFamilies, ...unpromisedCorrections]).toEqual([]);
  });

  it('lists no reason for what is covered or is no more', () => {
    expect(Object.keys(NO_ROW).filter((entry) => covered.has(entry) || !wanted.includes(entry))).toEqual([]);
  });

  it('names each row once', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  });
});
