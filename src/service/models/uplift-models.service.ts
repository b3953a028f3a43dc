import { Inject, Injectable } from '@nestjs/common';
import { compareCards } from '../../sdk/models/compare.js';
import { scoreRow } from '../../sdk/models/score.js';
import { readModel, type StoredModel } from '../../sdk/models/store.js';
import type { UpliftModelVersion } from '../../generated/prisma/client.js';
import { BoundedCache } from '../bounded-cache.js';
import { CONFIG, type Config } from '../config.js';
import { PrismaService } from '../database/prisma.service.js';
import { type Conflict, conflict, invalid, invalidFields, NotFound, notFound, type ValidationFailure } from '../graphql/failures.js';
import type { UpliftModelComparison, UpliftModelReference, UpliftScore } from './model.types.js';
import { versionFolder } from './places.js';
import { cardOf, versionView } from './version-view.js';

/** Bytes of models that are kept ready to score single rows. */
const KEPT_BYTES = 512 * 2 ** 20;
const LARGEST_NUMBER = 2 ** 31 - 1;

@Injectable()
export class UpliftModelsService {
  /** Versions never change. */
  private readonly ready = new BoundedCache<Promise<StoredModel>>(KEPT_BYTES);

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
    return 'notIdentified' in answer ? conflict(answer.notIdentified) : { ...answer, version: versionView(version) };
  }

  async compare(first: UpliftModelReference, second: UpliftModelReference): Promise<UpliftModelComparison | NotFound> {
    const [a, b] = [await this.version(first), await this.version(second)];
    if (a instanceof NotFound) return a;
    return b instanceof NotFound ? b : { first: versionView(a), second: versionView(b), ...compareCards(cardOf(a), cardOf(b)) };
  }

  private model(version: UpliftModelVersion): Promise<StoredModel> {
    const known = this.ready.get(version.id);
    if (known) return known;
    const { name, files } = cardOf(version);
    const read = readModel(versionFolder(this.config.data, name, version.number));
    // trees are held twice, as they are sent to threads and as rows go down them
    void read.then(() => this.ready.set(version.id, read, 2 * files['model.bin'].bytes), () => undefined);
    return read;
  }
}
