import { describe, expect, it } from '@jest/globals';
import type { Analysis } from '../../src/experiment/analysis.js';
import { verifyAnalysis } from '../../src/verify.js';
import { GOLDEN } from '../report/golden-analyses.js';

const stored = async (name = 'ship'): Promise<Analysis> => JSON.parse(JSON.stringify(await GOLDEN[name]!())) as Analysis;

describe('verifyAnalysis', () => {
  it.each(Object.keys(GOLDEN))('replays %s bit for bit from what was stored as JSON', async (name) =>
    expect(await verifyAnalysis(await stored(name))).toMatchObject({ status: 'same', differences: [] }));

  it('names the figure that was edited', async () => {
    const analysis = await stored();
    const lift = analysis.comparisons[0]!.lift;
    if (lift.status !== 'estimated') throw new Error('the golden lift is estimated');
    const estimate = lift.estimate;
    lift.estimate = estimate * (1 + Number.EPSILON);
    expect(await verifyAnalysis(analysis)).toMatchObject({
      status: 'different',
      differences: [{ path: 'comparisons[0].lift.estimate', stored: String(lift.estimate), replayed: String(estimate) }],
    });
  });
  it('names the verdict that was edited', async () => {
    const analysis = await stored('do_not_ship');
    analysis.decision.verdict = 'ship';
    expect((await verifyAnalysis(analysis)).differences).toEqual([{ path: 'decision.verdict', stored: '"ship"', replayed: '"do_not_ship"' }]);
  });
  it('tells summaries that do not lead to the figures', async () => {
    const analysis = await stored();
    const { summary } = analysis.summaries.metrics[0]!.cells[0]!;
    if (summary.kind === 'moments') summary.mean[0]! += 1e-9;
    const paths = (await verifyAnalysis(analysis)).differences.map(({ path }) => path);
    expect(paths).toContain('comparisons[0].control.value');
    expect(paths).not.toContain('decision.verdict');
  });
  it('tells a plan that does not hash to its hash', async () => {
    const analysis = await stored();
    analysis.plan.owner = 'somebody else';
    expect((await verifyAnalysis(analysis)).differences.map(({ path }) => path)).toEqual(['planHash']);
  });
  it('tells a check that was taken out', async () => {
    const analysis = await stored();
    const taken = analysis.checks.pop()!;
    expect((await verifyAnalysis(analysis)).differences).toEqual([{ path: `checks[${analysis.checks.length}]`, stored: null, replayed: expect.stringContaining(taken.name) }]);
  });
  it('tells the code that computed from the code that replayed', async () =>
    expect((await verifyAnalysis(await stored())).codeVersions.stored).toBe('0.0.0'));
});
