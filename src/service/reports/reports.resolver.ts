import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { Role } from '../auth/role.decorator.js';
import { conflict } from '../graphql/failures.js';
import { Report, type ReportFormat, ReportFormatEnum, ReportResult } from './report.types.js';
import { ReportsService } from './reports.service.js';

/** Characters of a report that GraphQL carries; longer ones are fetched from their path. */
const TEXT_LIMIT = 4 * 2 ** 20;

@Resolver()
export class ReportsResolver {
  constructor(private readonly reports: ReportsService) {}

  @Query(() => ReportResult, { description: 'The report of a completed analysis, up to 4 MiB of text.', complexity: 500 })
  @Role('viewer')
  async report(
    @Args('analysis', { type: () => ID, description: 'id of the analysis' }) analysis: string,
    @Args('format', { type: () => ReportFormatEnum, defaultValue: 'md', description: 'how it is written' }) format: ReportFormat,
  ) {
    const report = await this.reports.render(analysis, format);
    return report instanceof Report && report.text.length > TEXT_LIMIT ? conflict(`the report has ${report.text.length} characters; fetch it from ${report.path}`) : report;
  }
}
