import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { download, FAILURES, request, ServiceError, succeeded, type Endpoint } from '../request.js';
import { modelCardSchema, type ModelCard } from './card.js';
import type { CardComparison, DataComparison } from './compare.js';
import { writeExport, type ExportedModel } from './export.js';
import type { RowScore } from './kind.js';
import type { ScoredFile } from './score-file.js';
import type { ModelSpecInput } from './spec.js';

/** A table of a source that the service has registered. */
export interface RemoteTable { readonly source: string; readonly table: string }
/** What a service is asked to learn: a spec whose data are a table of a source. */
export type RemoteModelSpec = Omit<ModelSpecInput, 'data'> & RemoteTable;
/** A version of a model; without a number the newest. */
export interface RemoteVersion { readonly name: string; readonly version?: number }

export interface RemoteOptions {
  /** called with the share of the work that is done, in [0, 1], and what is being done */
  readonly onProgress?: (share: number, message: string) => void;
}

/** A version of the service that scores. */
export interface RemoteModel {
  readonly card: ModelCard;
  /** the effect of one unit; null in a row is a missing value */
  score(row: Readonly<Record<string, unknown>>): Promise<RowScore>;
  /** scores of the rows of a table, as a Parquet file on this machine */
  scoreTable(table: RemoteTable, out: string, options?: RemoteOptions & { readonly keep?: readonly string[] }): Promise<Pick<ScoredFile, 'rows' | 'withoutEffect'>>;
  /** model.onnx and model.json, into a folder on this machine */
  export(folder: string): Promise<ExportedModel>;
}

interface Job {
  readonly id: string;
  readonly status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
  readonly progress: number;
  readonly message: string;
  readonly error: string | null;
  readonly rows: number | null;
  readonly withoutEffect: number | null;
  readonly scoresPath: string | null;
  readonly version: { readonly number: number } | null;
}
const JOB = 'id status progress message error rows withoutEffect scoresPath version { number }';
const ESTIMATE = '{ status estimate standardError lower upper pValue }';
const COMPARISON = 'sameTrainingData sameFeatures onlyFirst onlySecond differences { name first second }';
const ON_DATA = `rows scored correlation meanDifference rootMeanSquareDifference oppositeSigns judged {
  ... on UpliftModelJudgement { status n trimmedShare loss ${ESTIMATE} firstRate ${ESTIMATE} secondRate ${ESTIMATE} }
  ... on Refusal { status reason detail remedy } }`;
/** Most of a page. */
const PAGE = 100;
/** How often the state of work is asked for, in ms. */
const LOOK_EVERY_MS = 150;

/** Models of a running service, in the words of those that are kept in folders. Every method throws ServiceError with a sentence when the service says no. */
export function remoteModels(endpoint: Endpoint) {
  const ask = async <T>(field: string, query: string, variables: object): Promise<T> => (await request(endpoint, query, variables))[field] as T;
  const version = (number: number | undefined) => ({ version: number ?? null });

  /** Waits until work has ended. */
  async function ended({ id }: Job, { onProgress }: RemoteOptions): Promise<Job> {
    for (;;) {
      const now = await ask<Job | null>('modelJob', `query ($id: ID!) { modelJob(id: $id) { ${JOB} } }`, { id });
      if (!now) throw new ServiceError(`there is no model job ${id}`, 'NotFound');
      onProgress?.(now.progress, now.message);
      if (now.status === 'completed') return now;
      if (now.status === 'failed' || now.status === 'cancelled') throw new ServiceError(now.error ?? `model job ${id} was ${now.status}`, now.status.toUpperCase());
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  const cardAt = async (cardPath: string): Promise<ModelCard> => modelCardSchema.parse(JSON.parse(new TextDecoder().decode(await download(endpoint, cardPath))));

  async function read({ name, version: number }: RemoteVersion): Promise<RemoteModel> {
    const found = await ask<{ readonly cardPath: string } | null>('upliftModelVersion', 'query ($name: String!, $version: Int) { upliftModelVersion(name: $name, version: $version) { cardPath } }', { name, ...version(number) });
    if (!found) throw new ServiceError(`there is no uplift model ${name}${number === undefined ? '' : ` version ${number}`}`, 'NotFound');
    return open(await cardAt(found.cardPath));
  }

  function open(card: ModelCard): RemoteModel {
    const self = { name: card.name, version: card.version };
    return {
      card,
      async score(row) {
        const { cate, prediction, variance } = succeeded<{ readonly cate: number | null; readonly prediction: number | null; readonly variance: number | null }>(await ask('scoreUpliftModel',
          `query ($name: String!, $version: Int, $row: JSON!) { scoreUpliftModel(name: $name, version: $version, row: $row) { ${FAILURES} ... on UpliftScore { cate prediction variance } } }`, { ...self, row }));
        return cate === null ? { prediction: prediction!, variance: null } : { cate, variance };
      },
      async scoreTable({ source, table }, out, { keep = [], ...options } = {}) {
        const queued = succeeded<Job>(await ask('scoreUpliftModelTable',
          `mutation ($name: String!, $version: Int, $source: String!, $table: String!, $keep: [String!]!) { scoreUpliftModelTable(name: $name, version: $version, source: $source, table: $table, keep: $keep) { ${FAILURES} ... on ModelJob { ${JOB} } } }`,
          { ...self, source, table, keep }));
        const { rows, withoutEffect, scoresPath } = await ended(queued, options);
        await writeFile(path.resolve(out), await download(endpoint, scoresPath!));
        return { rows: rows!, withoutEffect: withoutEffect! };
      },
      export: (folder) => writeExport(path.resolve(folder), card, () => download(endpoint, `/models/${card.name}/${card.version}/model.onnx`)),
    };
  }

  return {
    /** Trains the next version of a model, or finds the one that the same spec on the same data made. */
    async train({ columns, ...spec }: RemoteModelSpec, options: RemoteOptions = {}): Promise<RemoteModel> {
      const input = { ...spec, columns: { ...columns, covariates: [columns.covariates ?? []].flat(), categories: [columns.categories ?? []].flat() } };
      const queued = succeeded<Job>(await ask('trainUpliftModel', `mutation ($input: TrainUpliftModelInput!) { trainUpliftModel(input: $input) { ${FAILURES} ... on ModelJob { ${JOB} } } }`, { input }));
      const { version: trained } = await ended(queued, options);
      return read({ name: spec.name, version: trained!.number });
    },

    /** Cards of all versions, by name and version. */
    async list(): Promise<ModelCard[]> {
      const paths: string[] = [];
      for await (const { name } of pages<{ readonly name: string }>((after) => ask('upliftModels', `query ($first: Int!, $after: String) { upliftModels(first: $first, after: $after) { ${pageOf('name')} } }`, { first: PAGE, after }))) {
        for await (const { cardPath } of pages<{ readonly cardPath: string }>(async (after) => (await ask<{ readonly versions: PageOf<{ readonly cardPath: string }> }>('upliftModel',
          `query ($name: String!, $first: Int!, $after: String) { upliftModel(name: $name) { versions(first: $first, after: $after) { ${pageOf('cardPath')} } } }`, { name, first: PAGE, after })).versions)) paths.push(cardPath);
      }
      const cards: ModelCard[] = [];
      for (const cardPath of paths) cards.push(await cardAt(cardPath));
      return cards.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version - b.version));
    },

    /** A version, or the newest. */
    read: (name: string, number?: number): Promise<RemoteModel> => read({ name, ...(number !== undefined && { version: number }) }),

    /** Two versions by their cards and, where a table is given, on its rows. */
    async compare(first: RemoteVersion, second: RemoteVersion, table?: RemoteTable): Promise<CardComparison & { readonly data: DataComparison | null }> {
      const both = '$first: UpliftModelReference!, $second: UpliftModelReference!';
      const cards = succeeded<CardComparison>(await ask('compareUpliftModels', `query (${both}) { compareUpliftModels(first: $first, second: $second) { ${FAILURES} ... on UpliftModelComparison { ${COMPARISON} } } }`, { first, second }));
      const data = table === undefined ? null : succeeded<DataComparison>(await ask('judgeUpliftModels',
        `query (${both}, $source: String!, $table: String!) { judgeUpliftModels(first: $first, second: $second, source: $source, table: $table) { ${FAILURES} ... on UpliftModelDataComparison { ${ON_DATA} } } }`, { first, second, ...table }));
      return { ...cards, data };
    },
  };
}

interface PageOf<Node> { readonly edges: readonly { readonly node: Node }[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } }
const pageOf = (node: string): string => `edges { node { ${node} } } pageInfo { hasNextPage endCursor }`;

async function* pages<Node>(page: (after: string | null) => Promise<PageOf<Node>>): AsyncGenerator<Node> {
  for (let after: string | null = null; ;) {
    const { edges, pageInfo }: PageOf<Node> = await page(after);
    for (const { node } of edges) yield node;
    if (!pageInfo.hasNextPage) return;
    after = pageInfo.endCursor;
  }
}
