import { Injectable } from '@nestjs/common';
import type { Analysis as AnalysisResult } from '../../experiment/analysis.js';
import { PrismaService } from '../database/prisma.service.js';

/** Characters of stored results that are kept parsed. */
const KEPT_CHARACTERS = 64 * 2 ** 20;

/** Results of completed analyses. They never change, so those that were read last are kept. */
@Injectable()
export class StoredResultsService {
  private readonly kept = new Map<string, { readonly result: AnalysisResult; readonly size: number }>();
  private size = 0;

  constructor(private readonly prisma: PrismaService) {}

  /** @returns undefined unless the analysis is completed */
  async read(id: string): Promise<AnalysisResult | undefined> {
    const known = this.kept.get(id);
    if (known) {
      this.kept.delete(id); // the last to be read is the last to go
      this.kept.set(id, known);
      return known.result;
    }
    const row = await this.prisma.analysis.findUnique({ where: { id, status: 'completed' }, select: { result: true } });
    if (!row?.result) return undefined;
    const result = JSON.parse(row.result) as AnalysisResult;
    this.keep(id, result, row.result.length);
    return result;
  }

  private keep(id: string, result: AnalysisResult, size: number): void {
    if (size > KEPT_CHARACTERS || this.kept.has(id)) return;
    this.kept.set(id, { result, size });
    this.size += size;
    for (const [oldest, entry] of this.kept) {
      if (this.size <= KEPT_CHARACTERS) break;
      this.kept.delete(oldest);
      this.size -= entry.size;
    }
  }
}
