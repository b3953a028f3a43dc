import { Inject, Injectable } from '@nestjs/common';
import { BoundedCache } from '../bounded-cache.js';
import { PrismaService } from '../database/prisma.service.js';
import { LOGGER, type Logger } from '../logger.js';

/** A unit met a variation. */
export interface Exposure {
  readonly flag: string;
  readonly bucketVersion: number;
  readonly unit: string;
  readonly variation: string;
  readonly revision: number;
  readonly exposedAt: Date;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

interface Waiting { readonly exposure: Exposure; resolve(): void; reject(error: unknown): void }

/** Exposures of one statement. */
const BATCH = 1000;
/** Exposures that may wait for the database; beyond them callers are asked to come back. */
export const MOST_WAITING = 10_000;
/** Exposures that are known to be written, and are not written again. */
const REMEMBERED = 200_000;

/** More exposures wait than may: the caller should come back in a second. */
export class ExposureQueueFull extends Error {
  override readonly name = 'ExposureQueueFull';
}

/**
 * Writes exposures once each. Who awaits `record` knows that they are in the database: nothing that was acknowledged is lost
 * with the process. While one statement is under way the next exposures gather for one statement.
 */
@Injectable()
export class ExposuresService {
  private readonly waiting: Waiting[] = [];
  private readonly written = new BoundedCache<true>(REMEMBERED);
  private flushing: Promise<void> | undefined;

  constructor(private readonly prisma: PrismaService, @Inject(LOGGER) private readonly log: Logger) {}

  /** @throws ExposureQueueFull, before anything is queued */
  async record(exposures: readonly Exposure[]): Promise<void> {
    const fresh = exposures.filter((exposure) => !this.written.get(keyOf(exposure)));
    if (fresh.length === 0) return;
    if (this.waiting.length + fresh.length > MOST_WAITING) throw new ExposureQueueFull(`more than ${MOST_WAITING} exposures wait to be written`);
    const done = Promise.all(fresh.map((exposure) => new Promise<void>((resolve, reject) => { this.waiting.push({ exposure, resolve, reject }); })));
    this.flushing ??= this.flush();
    await done;
  }

  /** The variation that a unit met first under the newest bucket version in which it met one. */
  async firstOf(flag: string, units: readonly string[]): Promise<{ readonly variation: string; readonly bucketVersion: number } | undefined> {
    const row = await this.prisma.exposure.findFirst({ where: { flag, unit: { in: [...units] } }, orderBy: [{ bucketVersion: 'desc' }, { id: 'asc' }] });
    return row ?? undefined;
  }

  private async flush(): Promise<void> {
    await Promise.resolve(); // what is queued in the same turn goes with the first statement
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH);
      try {
        await this.insert(batch.map(({ exposure }) => exposure));
        for (const { exposure, resolve } of batch) {
          this.written.set(keyOf(exposure), true, 1);
          resolve();
        }
      } catch (error) {
        this.log.error({ err: error, exposures: batch.length }, 'exposures could not be written');
        for (const { reject } of batch) reject(error);
      }
    }
    this.flushing = undefined;
  }

  /** One statement with one array a column: ten times as quick as one parameter a value. */
  private async insert(rows: readonly Exposure[]): Promise<void> {
    const column = <K extends keyof Exposure>(name: K) => rows.map((row) => row[name]);
    await this.prisma.$executeRaw`
      INSERT INTO "Exposure" ("flag", "bucketVersion", "unit", "variation", "revision", "exposedAt", "attributes")
      SELECT flag, version, unit, variation, revision, at, attributes::jsonb FROM unnest(
        ${column('flag')}::text[], ${column('bucketVersion')}::int[], ${column('unit')}::text[], ${column('variation')}::text[],
        ${column('revision')}::int[], ${column('exposedAt').map((at) => at.toISOString())}::timestamptz[], ${column('attributes').map((kept) => JSON.stringify(kept))}::text[]
      ) AS row (flag, version, unit, variation, revision, at, attributes)
      ON CONFLICT DO NOTHING`;
  }
}

const keyOf = ({ flag, bucketVersion, unit, variation }: Exposure): string => JSON.stringify([flag, bucketVersion, unit, variation]);
