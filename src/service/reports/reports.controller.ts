import { ConflictException, Controller, Get, NotFoundException, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Role } from '../auth/role.decorator.js';
import { NotFound } from '../graphql/failures.js';
import { Report, type ReportFormat, reportFormats } from './report.types.js';
import { ReportsService } from './reports.service.js';

/** A report may style itself and nothing else: no script, no request to anywhere. */
const REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

@Controller('reports')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @Get(':file')
  @Role('viewer')
  async read(@Param('file') file: string, @Res() response: Response): Promise<void> {
    const [, id, format] = /^([0-9a-f-]{36})\.([a-z]+)$/.exec(file) ?? [];
    if (!id || !reportFormats.includes(format as ReportFormat)) throw new NotFoundException(`a report is /reports/ID.FORMAT, with FORMAT one of ${reportFormats.join(', ')}`);
    const report = await this.reports.render(id, format as ReportFormat);
    if (!(report instanceof Report)) throw report instanceof NotFound ? new NotFoundException(report.message) : new ConflictException(report.message);
    response.setHeader('Content-Security-Policy', REPORT_POLICY);
    response.setHeader('Cache-Control', 'private, no-cache');
    response.type(report.mediaType).send(report.text);
  }
}
