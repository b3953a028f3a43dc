import { Controller, Get, NotFoundException, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { pipeline } from 'node:stream/promises';
import { Role } from '../auth/role.decorator.js';
import { NotFound } from '../graphql/failures.js';
import { ExposureFileService } from './exposure-file.service.js';

@Controller('exposures')
export class ExposuresController {
  constructor(private readonly files: ExposureFileService) {}

  /** Identifiers of units leave the service here: not for viewers. */
  @Get(':file')
  @Role('analyst')
  async read(@Param('file') file: string, @Res() response: Response): Promise<void> {
    const [, key] = /^(.+)\.csv$/.exec(file) ?? [];
    const csv = key === undefined ? undefined : await this.files.csv(key);
    if (csv === undefined || csv instanceof NotFound) throw new NotFoundException(csv?.message ?? 'exposures are /exposures/FLAG.csv');
    response.type('text/csv').setHeader('Cache-Control', 'private, no-cache');
    await pipeline(csv, response);
  }
}
