import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { examplePlan, exampleFolder, folderOf } from './fixture.js';
import { assay, ServiceError } from '../../src/sdk/index.js';

describe('assay in a script', () => {
  it('analyses a plan over local files', async () => {
    using folder = exampleFolder();
    const analysis = await assay.analyze(examplePlan(), { folder: folder.path });
    expect(analysis.decision.verdict).toBe('ship');
  });

  it('runs an estimator on a file', async () => {
    using folder = folderOf({ 'a.csv': ['t,y', '0,1', '0,2', '0,4', '1,3', '1,5', '1,9'] });
    const estimation = await assay.estimate({ estimator: 'welch', data: path.join(folder.path, 'a.csv'), columns: { outcome: 'y', treatment: 't' } });
    expect('result' in estimation && (estimation.result as { difference: { estimate: number } }).difference.estimate).toBeCloseTo(17 / 3 - 7 / 3, 12);
  });

  it('reads a table into a polars frame', async () => {
    using folder = folderOf({ 'a.csv': ['t,y', '0,1.5', '1,NA'] });
    const frame = await assay.readTable(path.join(folder.path, 'a.csv'));
    expect(frame.columns).toEqual(['t', 'y']);
    expect(frame.getColumn('y').toArray()).toEqual([1.5, null]);
    await expect(assay.readTable('a.xlsx')).rejects.toThrow('readTable needs a file that ends in .csv');
  });
});

describe('assay.connect', () => {
  let server: Server;
  let url: string;
  let answer: (request: { query: string; variables: Record<string, unknown>; authorization: string | undefined }) => object;
  const bodyOf = async (request: IncomingMessage): Promise<{ query: string; variables: Record<string, unknown> }> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    return JSON.parse(text);
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer({ ...body, authorization: request.headers.authorization })));
      });
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => { server.close(); });

  it('sends the key, the plan as a variable, and returns the experiment', async () => {
    answer = ({ query, variables, authorization }) => {
      expect(query).toContain('createExperiment(plan: $plan)');
      expect(variables).toEqual({ plan: examplePlan() });
      expect(authorization).toBe('Bearer ak_secret');
      return { data: { createExperiment: { __typename: 'Experiment', id: '1', key: 'example', status: 'draft' } } };
    };
    expect(await assay.connect({ url, key: 'ak_secret' }).createExperiment(examplePlan())).toMatchObject({ key: 'example', status: 'draft' });
  });

  it.each([
    [{ data: { createExperiment: { __typename: 'Conflict', message: 'there is an experiment example already' } } }, 'Conflict', 'there is an experiment example already'],
    [{ data: { createExperiment: { __typename: 'ValidationFailure', message: 'plan.arms must sum', issues: [{ path: 'plan.arms', message: 'must sum' }] } } }, 'ValidationFailure', 'plan.arms must sum'],
    [{ errors: [{ message: 'a key with the role analyst is needed', extensions: { code: 'FORBIDDEN' } }] }, 'FORBIDDEN', 'a key with the role analyst is needed'],
    [{}, 'ERROR', 'answered 200 without data'],
  ])('an expected failure is an error with its sentence: %j', async (response, code, sentence) => {
    answer = () => response;
    const failure = await assay.connect({ url }).createExperiment(examplePlan()).then(() => undefined, (error: unknown) => error as ServiceError);
    expect(failure).toBeInstanceOf(ServiceError);
    expect(failure).toMatchObject({ code, message: expect.stringContaining(sentence) });
  });

  it('waits for an analysis, tells its progress, and returns what it found', async () => {
    const states = ['queued', 'running', 'completed'];
    let asked = 0;
    answer = ({ query }) => (query.includes('effects')
      ? { data: { analysis: { id: 'a', status: 'completed', decision: { verdict: 'ship' } } } }
      : { data: { analysis: { id: 'a', status: states[asked], progress: asked++ / 2, message: 'reading' } } });
    const shares: number[] = [];
    const analysis = await assay.connect({ url }).completed('a', (share) => shares.push(share));
    expect(analysis.decision!.verdict).toBe('ship');
    expect(shares).toEqual([0, 0.5, 1]);
  });

  it('a failed analysis is an error with the sentence of the service', async () => {
    answer = () => ({ data: { analysis: { id: 'a', status: 'failed', progress: 0, message: '', error: 'there is no file orders.csv' } } });
    await expect(assay.connect({ url }).completed('a')).rejects.toMatchObject({ code: 'FAILED', message: 'there is no file orders.csv' });
  });

  it('a service that does not answer is named', async () => {
    await expect(assay.connect({ url: 'http://127.0.0.1:1' }).experiment('x')).rejects.toThrow('no service answers at http://127.0.0.1:1');
  });
});
