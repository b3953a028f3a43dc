import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { sourceSchema, type Plan, type Source } from '../../experiment/plan.js';
import { identifier } from '../../experiment/vocabulary.js';
import type { Datasource } from '../../generated/prisma/client.js';
import { CONFIG, type Config } from '../config.js';
import { isDuplicate } from '../database/database-errors.js';
import { PrismaService } from '../database/prisma.service.js';
import { type Conflict, conflict, invalid, type NotFound, notFound, ValidationFailure, validationFailure } from '../graphql/failures.js';
import type { SourceLocation } from './datasource.types.js';
import { resolveSource } from './resolve-source.js';

const DATA_FILE = /\.(csv|tsv|parquet|arrow|ipc|feather|ndjson|jsonl)$/i;
const nameSchema = z.object({ name: identifier });

@Injectable()
export class DatasourcesService {
  constructor(private readonly prisma: PrismaService, @Inject(CONFIG) private readonly config: Config) {}

  async register(name: string, location: SourceLocation, by: string): Promise<Datasource | ValidationFailure | Conflict> {
    const named = nameSchema.safeParse({ name });
    if (!named.success) return validationFailure('input', named.error);
    const source = location.files ? this.filesSource(location.files.folder, location.files.tables) : { kind: 'postgres', ...location.postgres };
    if (source instanceof ValidationFailure) return source;
    const parsed = sourceSchema.safeParse(source);
    if (!parsed.success) return validationFailure('location', parsed.error);
    if (parsed.data.kind === 'datasource') throw new Error('a location is files or postgres');
    try {
      return await this.prisma.datasource.create({ data: { name, kind: parsed.data.kind, config: parsed.data, createdBy: by } });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return conflict(`there is a source ${name} already; remove it first or choose another name`);
    }
  }

  async remove(name: string): Promise<Datasource | NotFound> {
    const source = await this.prisma.datasource.findUnique({ where: { name } });
    if (!source) return notFound('source', name);
    await this.prisma.datasource.deleteMany({ where: { name } });
    return source;
  }

  /** Where the tables of a plan really are. @throws DataError when the plan may not read there */
  sourceOf(plan: Plan): Promise<Source> {
    return resolveSource(this.prisma, plan.source);
  }

  private filesSource(folder: string, tables: unknown): object | ValidationFailure {
    const asked = path.resolve(folder);
    if (!existsSync(asked) || !statSync(asked).isDirectory()) return invalid('location.files.folder', `must be a folder of the service's machine; ${asked} is none`);
    const real = realpathSync(asked);
    if (!this.config.allowedFolders.some((allowed) => isInside(real, allowed))) {
      return invalid('location.files.folder', `must lie in a folder that the service may read (${[...new Set(this.config.allowedFolders)].join(', ')}); set ASSAY_ALLOWED_FOLDERS to allow others`);
    }
    const named = tables ?? Object.fromEntries(readdirSync(real).filter((file) => DATA_FILE.test(file)).map((file) => [file.replace(DATA_FILE, ''), { path: file }]));
    if (typeof named !== 'object' || named === null || Object.keys(named).length === 0) return invalid('location.files.tables', `must name at least one table; ${asked} has no data file`);
    const outside = Object.entries(named).find(([, table]) => leaves(real, table));
    if (outside) return invalid(`location.files.tables.${outside[0]}.path`, 'must stay inside the folder of the source');
    return { kind: 'files', tables: Object.fromEntries(Object.entries(named).map(([name, table]) => [name, withAbsolutePath(real, table)])) };
  }
}

function isInside(file: string, folder: string): boolean {
  if (!existsSync(folder)) return false;
  const relative = path.relative(realpathSync(folder), file);
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
}

const pathOf = (table: unknown): string | undefined => {
  const file = (table as { path?: unknown } | null)?.path;
  return typeof file === 'string' ? file : undefined;
};
const leaves = (folder: string, table: unknown): boolean => path.relative(folder, path.resolve(folder, pathOf(table) ?? '')).startsWith('..');

function withAbsolutePath(folder: string, table: unknown): unknown {
  const file = pathOf(table);
  return file === undefined ? table : { ...(table as object), path: path.resolve(folder, file) };
}
