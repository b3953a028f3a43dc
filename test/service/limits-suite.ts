import { describe, expect, it, jest } from '@jest/globals';
import type { TestService } from './start-service.js';

/** What a request may ask for; after the tests that left analyses. */
export const limitsSuite = (serviceOf: () => TestService): void => describe('limits', () => {
  it.each([
    ['too deep', `{ analyses { edges { node { experiment { latestAnalysis { experiment { latestAnalysis { experiment { latestAnalysis { experiment { latestAnalysis { experiment { latestAnalysis { experiment { key } } } } } } } } } } } } } } }`, 'QUERY_TOO_DEEP'],
    ['too dear', '{ a: analyses(first: 100) { edges { node { effects { control { n value } } } } } }', 'QUERY_TOO_COMPLEX'],
    ['too many tokens', `{ ${'me { name } '.repeat(2000)} }`, 'GRAPHQL_PARSE_FAILED'],
    ['not valid', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('a query that is %s is answered with HTTP 400 and a code', async (_title, query, code) => {
    const { status, errors } = await serviceOf().gql(query);
    expect([status, errors[0].extensions.code]).toEqual([400, code]);
    expect(JSON.stringify(errors)).not.toMatch(/stacktrace|node_modules/);
  });

  it('a body beyond a megabyte is answered with HTTP 413 and a sentence, 50 MB too', async () => {
    for (const size of [1_100_000, 50_000_000]) {
      const { status, errors } = await serviceOf().gql(`{ me { name } } # ${'x'.repeat(size)}`);
      expect([status, errors[0].extensions.code]).toEqual([413, 'REQUEST_TOO_LARGE']);
    }
    expect((await serviceOf().gql('{ me { name } }')).status).toBe(200);
  });

  it('pages are bounded and cursors are checked', async () => {
    expect((await serviceOf().gql('{ experiments(first: 1000) { totalCount } }')).errors[0]).toMatchObject({ message: 'first must be 1 to 100; got 1000' });
    expect((await serviceOf().gql('{ experiments(after: "nonsense") { totalCount } }')).errors[0].extensions.code).toBe('BAD_USER_INPUT');
    const page = (after: string | null) => serviceOf().gql('query ($after: String) { analyses(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { id } } } }', { variables: { after } });
    const seen: string[] = [];
    let cursor: string | null = null;
    let total = 0;
    do {
      const { analyses }: { analyses: { totalCount: number; pageInfo: { hasNextPage: boolean; endCursor: string }; edges: { node: { id: string } }[] } } = (await page(cursor)).data;
      seen.push(...analyses.edges.map((edge) => edge.node.id));
      total = analyses.totalCount;
      cursor = analyses.pageInfo.hasNextPage ? analyses.pageInfo.endCursor : null;
    } while (cursor);
    expect([new Set(seen).size, seen.length]).toEqual([total, total]);
  });

  it('one page asks the database once for what belongs to its rows', async () => {
    const experiments = jest.spyOn(serviceOf().prisma.experiment, 'findMany');
    const decisions = jest.spyOn(serviceOf().prisma.decisionRecord, 'findMany');
    const { data } = await serviceOf().gql('{ analyses(first: 20) { edges { node { id experiment { key } decisions { id } } } } }');
    expect(data.analyses.edges.length).toBeGreaterThan(1);
    expect([experiments.mock.calls.length, decisions.mock.calls.length]).toEqual([1, 1]);
    jest.restoreAllMocks();
  });
});
