import { Inject, Injectable } from '@nestjs/common';
import { compareCards, type DataComparison } from '../../sdk/models/compare.js';
import { scoreRow } from '../../sdk/models/score.js';
import { readModel, type StoredModel } from '../../sdk/models/store.js';
import { isRefusal } from '../../stats/refusal.js';
import type { UpliftModelVersion } from '../../generated/prisma/client.js';
import { BoundedCache } from '../bounded-cache.js';
import { CONFIG, type Config } from '../config.js';
import { PrismaService } from '../database/prisma.service.js';
import { tableFile } from '../datasources/table-file.js';
import { turns } from '../estimators/turns.js';
import { type Conflict, conflict, invalid, invalidFields, NotFound, notFound, type ValidationFailure } from '../graphql/failures.js';
import { answerApart } from '../threads/answer-apart.js';
import type { CompareAnswer, CompareTask } from './compare-thread.js';
import type { UpliftModelComparison, UpliftModelReference, UpliftScore } from './model.types.js';
import { versionFolder } from './places.js';
import { cardOf, versionView } from './version-view.js';

/** Bytes of models that are kept ready to score single rows. */
const KEPT_BYTES = 512 * 2 ** 20;
/** Of a request, its wait for a turn included. */
const LIMIT_MS = 60_000;
/** Comparisons at a time: each may use all cores. */
const inTurn = turns(1);
const LARGEST_NUMBER = 2 ** 31 - 1;

@Injectable()
export class UpliftModelsService {
  /** Versions never change. */
  private readonly ready = new BoundedCache<StoredModel>(KEPT_BYTES);
  /** being read now: who asks meanwhile waits for the same */
  private readonly reading = new Map<string, Promise<StoredModel>>();

  constructor(private readonly prisma: PrismaService, @Inject(CONFIG) private readonly config: Config) {}

  /** A version, or the newest one. */
  async version({ name, version }: UpliftModelReference): Promise<UpliftModelVersion | NotFound> {
    const number = version ?? null;
    const fits = number === null || (number >= 1 && number <= LARGEST_NUMBER);
    const row = fits ? await this.prisma.upliftModelVersion.findFirst({ where: { model: { name }, ...(number !== null && { number }) }, orderBy: { number: 'desc' } }) : null;
    return row ?? notFound('uplift model', number === null ? name : `${name} version ${number}`);
  }

  /** The effect of one unit. */
  async score(reference: UpliftModelReference, row: unknown): Promise<UpliftScore | ValidationFailure | Conflict | NotFound> {
    const version = await this.version(reference);
    if (version instanceof NotFound) return version;
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return invalid('row', 'must be an object with a value for each feature');
    const answer = scoreRow(await this.model(version), row as Record<string, unknown>);
    if ('issues' in answer) return invalidFields(answer.issues.map(({ path, message }) => ({ path: `row.${path}`, message })));
    return isRefusal(answer) ? conflict(`${answer.detail}. ${answer.remedy}`) : { cate: null, prediction: null, ...answer, version: versionView(version) };
  }

  async compare(first: UpliftModelReference, second: UpliftModelReference): Promise<UpliftModelComparison | NotFound> {
    const [a, b] = [await this.version(first), await this.version(second)];
    if (a instanceof NotFound) return a;
    return b instanceof NotFound ? b : { first: versionView(a), second: versionView(b), ...compareCards(cardOf(a), cardOf(b)) };
  }

  /** Two versions on the rows of a table. */
  async judge(first: UpliftModelReference, second: UpliftModelReference, source: string, table: string): Promise<DataComparison | ValidationFailure | NotFound> {
    const [a, b] = [await this.version(first), await this.version(second)];
    if (a instanceof NotFound) return a;
    if (b instanceof NotFound) return b;
    const file = await tableFile(this.prisma, source, table);
    if (typeof file !== 'string') return file;
    const folderOf = (row: UpliftModelVersion) => versionFolder(this.config.data, cardOf(row).name, row.number);
    const task: CompareTask = { first: folderOf(a), second: folderOf(b), file, table };
    const limit = AbortSignal.timeout(LIMIT_MS);
    const answer = await inTurn(() => answerApart<CompareAnswer>('models/compare-thread', task, limit)).catch((error: unknown) => {
      if (!limit.aborted) throw error;
      return { failure: { path: null, message: `took longer than ${LIMIT_MS / 1000} s: use fewer rows, or the command assay model compare, which has no limit` } };
    });
    return 'failure' in answer ? invalid('table', answer.failure.message) : answer.compared;
  }

  private async model(version: UpliftModelVersion): Promise<StoredModel> {
    const { id } = version;
    const known = this.ready.get(id) ?? this.reading.get(id);
    if (known) return known;
    const { name, files } = cardOf(version);
    const read = readModel(versionFolder(this.config.data, name, version.number)).finally(() => this.reading.delete(id));
    this.reading.set(id, read);
    const model = await read;
    this.ready.set(id, model, 2 * files['model.bin'].bytes); // trees are held twice, as they are sent to threads and as rows go down them
    return model;
  }
}
