import { Injectable } from '@nestjs/common';
import { type Flag, flagSchema } from '../../experiment/flag.js';
import { prepareAssignment, type PreparedAssignment } from '../../stats/design/assignment/assign.js';
import { PrismaService } from '../database/prisma.service.js';

/** A flag as it is evaluated. */
export interface LiveFlag {
  readonly key: string;
  readonly revision: number;
  readonly flag: Flag;
  readonly prepared: PreparedAssignment;
}
export type FlagTable = ReadonlyMap<string, LiveFlag>;

/** How late another process notices a revision, an archived flag or an experiment that was started or stopped. */
const BELIEVED_MS = 1000;

/** All flags, in memory: an evaluation reads no database but for exposures. */
@Injectable()
export class FlagTableService {
  private loaded: { readonly table: Promise<FlagTable>; readonly until: number } | undefined;

  constructor(private readonly prisma: PrismaService) {}

  read(): Promise<FlagTable> {
    if (this.loaded && this.loaded.until > Date.now()) return this.loaded.table;
    const table = this.load();
    const loaded = { table, until: Date.now() + BELIEVED_MS };
    this.loaded = loaded;
    table.catch(() => { if (this.loaded === loaded) this.loaded = undefined; });
    return table;
  }

  /** After a change that was made here. */
  forget(): void {
    this.loaded = undefined;
  }

  private async load(): Promise<FlagTable> {
    const rows = await this.prisma.flag.findMany({
      where: { archivedAt: null }, orderBy: { key: 'asc' },
      include: { revisions: { orderBy: { revision: 'desc' }, take: 1 }, experiment: { select: { status: true } } },
    });
    return new Map(rows.map(({ key, revisions, experiment }) => {
      const { definition, revision } = revisions[0]!;
      const stored = flagSchema.parse(definition);
      const flag = experiment && experiment.status !== 'running' ? { ...stored, assignment: { ...stored.assignment, active: false } } : stored;
      return [key, { key, revision, flag, prepared: prepareAssignment(flag.assignment) }];
    }));
  }
}
