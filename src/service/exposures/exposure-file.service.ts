import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import { flagSchema } from '../../experiment/flag.js';
import { CONFIG, type Config } from '../config.js';
import { PrismaService } from '../database/prisma.service.js';
import { NotFound, notFound } from '../graphql/failures.js';

const PAGE = 10_000;
const COLUMNS = ['unit', 'variation', 'exposed_at', 'revision'] as const;

/** Exposures of a flag as a table that a plan can read. */
@Injectable()
export class ExposureFileService {
  constructor(private readonly prisma: PrismaService, @Inject(CONFIG) private readonly config: Config) {}

  /** CSV of the present bucket version, oldest first; the attributes that the flag keeps are columns. */
  async csv(key: string): Promise<Readable | NotFound> {
    const flag = await this.prisma.flag.findUnique({ where: { key }, include: { revisions: { orderBy: { revision: 'desc' }, take: 1 } } });
    if (!flag) return notFound('flag', key);
    const { attributes, assignment } = flagSchema.parse(flag.revisions[0]!.definition);
    return Readable.from(this.lines(key, assignment.bucketVersion, attributes.filter((name) => !COLUMNS.some((column) => column === name))));
  }

  /** The same as a file in the data folder, from which plans of the service may read. */
  async save(key: string): Promise<{ readonly path: string; readonly rows: number } | NotFound> {
    const csv = await this.csv(key);
    if (csv instanceof NotFound) return csv;
    const folder = path.join(this.config.data, 'exposures');
    const [file, fresh] = [path.join(folder, `${key}.csv`), path.join(folder, `.${key}.${process.pid}.csv`)];
    await mkdir(folder, { recursive: true });
    let rows = -1; // the header
    const counted = async function* (chunks: AsyncIterable<string>) { for await (const chunk of chunks) { rows += chunk.split('\n').length - 1; yield chunk; } };
    try {
      await pipeline(csv, counted, createWriteStream(fresh));
      await rename(fresh, file); // a reader sees the old file or the new one
    } finally {
      await rm(fresh, { force: true });
    }
    return { path: file, rows };
  }

  private async* lines(flag: string, bucketVersion: number, attributes: readonly string[]): AsyncGenerator<string> {
    yield `${[...COLUMNS, ...attributes].map(cell).join(',')}\n`;
    for (let after = 0n; ;) {
      const rows = await this.prisma.exposure.findMany({ where: { flag, bucketVersion, id: { gt: after } }, orderBy: { id: 'asc' }, take: PAGE });
      if (rows.length === 0) return;
      after = rows.at(-1)!.id;
      yield rows.map(({ unit, variation, exposedAt, revision, attributes: kept }) =>
        `${[unit, variation, exposedAt.toISOString(), revision, ...attributes.map((name) => (kept as Record<string, unknown>)[name])].map(cell).join(',')}\n`).join('');
    }
  }
}

/** Line breaks inside a value would read as rows. */
function cell(value: unknown): string {
  const text = String(value ?? '').replaceAll(/[\r\n]+/g, ' ');
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
