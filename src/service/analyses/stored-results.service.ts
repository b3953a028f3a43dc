import { Injectable } from '@nestjs/common';
import type { Analysis as AnalysisResult } from '../../experiment/analysis.js';
import { BoundedCache } from '../bounded-cache.js';
import { PrismaService } from '../database/prisma.service.js';

/** Characters of stored results that are kept parsed. */
const KEPT_CHARACTERS = 64 * 2 ** 20;

/** Results of completed analyses. They never change, so those that were read last are kept. */
@Injectable()
export class StoredResultsService {
  private readonly kept = new BoundedCache<AnalysisResult>(KEPT_CHARACTERS);

  constructor(private readonly prisma: PrismaService) {}

  /** @returns undefined unless the analysis is completed */
  async read(id: string): Promise<AnalysisResult | undefined> {
    const known = this.kept.get(id);
    if (known) return known;
    const row = await this.prisma.analysis.findUnique({ where: { id, status: 'completed' }, select: { result: true } });
    if (!row?.result) return undefined;
    const result = JSON.parse(row.result) as AnalysisResult;
    this.kept.set(id, result, row.result.length);
    return result;
  }
}
