import { Injectable } from '@nestjs/common';
import { AnalysesService } from '../analyses/analyses.service.js';
import { StoredResultsService } from '../analyses/stored-results.service.js';
import { recordOf } from '../decisions/decision-view.js';
import { PrismaService } from '../database/prisma.service.js';
import { type Conflict, conflict, type NotFound, notFound } from '../graphql/failures.js';
import { isId } from '../graphql/ids.js';
import { Report, type ReportFormat } from './report.types.js';

/** A report of this format is served with this media type. */
export const mediaTypes: { readonly [F in ReportFormat]: string } = {
  html: 'text/html; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

@Injectable()
export class ReportsService {
  constructor(private readonly analyses: AnalysesService, private readonly results: StoredResultsService, private readonly prisma: PrismaService) {}

  /** The analysis with the decisions that were taken on it. */
  async render(id: string, format: ReportFormat): Promise<Report | Conflict | NotFound> {
    const result = isId(id) ? await this.results.read(id) : undefined;
    if (!result) {
      const row = isId(id) ? await this.analyses.row(id) : null;
      return row ? conflict(`analysis ${id} is ${row.status}; a report needs a completed one`) : notFound('analysis', id);
    }
    const { renderReport } = await import('../../report/report.js');
    const decisions = await this.prisma.decisionRecord.findMany({ where: { analysisId: id }, orderBy: { sequence: 'asc' } });
    const text = await renderReport(result, format, { records: decisions.map(recordOf) });
    return Object.assign(new Report(), { format, mediaType: mediaTypes[format], text, path: `/reports/${id}.${format}` });
  }
}
