import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CREATE, FAILURES } from './mutations.js';
import { shopPlan } from './shop.js';
import type { TestService } from './start-service.js';

/** Interactions of experiments over GraphQL, beside an experiment `checkout` of the shop. */
export const interactionsSuite = (serviceOf: () => TestService): void => describe('interactions of experiments', () => {
  const SCREEN = `query ($experiments: [String!]!, $rate: Float! = 0.05) { interactions(experiments: $experiments, rate: $rate) { ${FAILURES} ... on ExperimentInteractions {
    rate pairs { first second units assignment { pValue } metrics { metric pValue qValue isInteraction interactions { first second estimate lower upper } } refused { metric } } refused { first second refusal { reason detail remedy } } } } }`;
  const screen = async (experiments: readonly string[], rate = 0.05) => (await serviceOf().gql(SCREEN, { variables: { experiments, rate }, as: 'analyst' })).data.interactions;

  it('are screened over every two of them, where units were in both', async () => {
    // the banner of the second works in the treatment of the first alone
    const units = Array.from({ length: 400 }, (_, i) => ({ id: `v${i}`, first: i % 2, second: Math.floor(i / 2) % 2, noise: (i * 7919) % 13 }));
    const write = (name: string, lines: readonly string[]) => writeFileSync(path.join(serviceOf().folder, name), `${lines.join('\n')}\n`);
    for (const which of ['first', 'second'] as const) write(`${which}.csv`, ['user_id,variant,seen_at,country', ...units.map((u) => `${u.id},${u[which] ? 'treatment' : 'control'},2026-03-01,DE`)]);
    write('bought.csv', ['user_id,ordered_at,amount', ...units.map((u) => `${u.id},2026-03-02,${20 + u.noise + 5 * u.first * u.second}`)]);
    for (const which of ['first', 'second']) {
      const plan = shopPlan(serviceOf().folder, { name: which, source: { kind: 'files', tables: { exposures: { path: path.join(serviceOf().folder, `${which}.csv`) }, orders: { path: path.join(serviceOf().folder, 'bought.csv') } } } });
      expect((await serviceOf().gql(CREATE, { variables: { plan }, as: 'analyst' })).data.createExperiment.__typename).toBe('Experiment');
    }
    const found = await screen(['first', 'second', 'checkout']);
    expect(found.pairs[0]).toMatchObject({ first: 'first', second: 'second', units: 400, metrics: [{ metric: 'revenue', isInteraction: true, interactions: [{ first: 'treatment', second: 'treatment' }] }] });
    expect(Math.abs(found.pairs[0].metrics[0].interactions[0].estimate - 5)).toBeLessThan(1.5);
    expect(found.pairs[0].metrics[0].qValue).toBeLessThan(0.05);
    // nobody was in both, which is said of each metric
    expect(found.pairs.slice(1).flatMap((pair: { metrics: unknown[] }) => pair.metrics)).toEqual([]);
  });

  it('say what is wrong with what is asked', async () => {
    expect(await screen(['first'])).toMatchObject({ __typename: 'ValidationFailure', message: expect.stringMatching(/must be 2 to 10; got 1/) });
    expect(await screen(['first', 'first'])).toMatchObject({ __typename: 'ValidationFailure', message: expect.stringMatching(/once/) });
    expect(await screen(['first', 'nobody'])).toMatchObject({ __typename: 'NotFound' });
    expect(await screen(['first', 'second'], 0.7)).toMatchObject({ __typename: 'ValidationFailure', message: expect.stringMatching(/between 0 and 0.5/) });
  });
});
