import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, Inject, NotFoundException, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Role } from '../auth/role.decorator.js';
import { CONFIG, type Config } from '../config.js';
import { NotFound } from '../graphql/failures.js';
import { ModelJobsService } from './model-jobs.service.js';
import { numberOf } from './pins.js';
import { scoresFile, versionFolder } from './places.js';
import { UpliftModelsService } from './uplift-models.service.js';

const MEDIA_TYPES = { 'model.onnx': 'application/octet-stream', 'model.json': 'application/json; charset=utf-8' } as const;

/** Files of versions, and of scores. What is read is named by rows, never by the address. */
@Controller('models')
export class ModelsController {
  constructor(private readonly models: UpliftModelsService, private readonly jobs: ModelJobsService, @Inject(CONFIG) private readonly config: Config) {}

  /** Identifiers of units leave the service here: not for viewers. */
  @Get('scores/:file')
  @Role('analyst')
  async scores(@Param('file') file: string, @Res() response: Response): Promise<void> {
    const [, id] = /^([0-9a-f-]{36})\.parquet$/.exec(file) ?? [];
    const job = id === undefined ? null : await this.jobs.row(id);
    if (job?.kind !== 'score' || job.status !== 'completed') throw new NotFoundException('scores are /models/scores/ID.parquet, with ID that of a completed scoring');
    await send(scoresFile(this.config.data, job.id), 'application/vnd.apache.parquet', response);
  }

  @Get(':name/:version/:file')
  @Role('viewer')
  async read(@Param('name') name: string, @Param('version') version: string, @Param('file') file: string, @Res() response: Response): Promise<void> {
    const number = numberOf(version);
    if (number === null || !Object.hasOwn(MEDIA_TYPES, file)) throw new NotFoundException(`files of models are /models/NAME/VERSION/FILE, with FILE one of ${Object.keys(MEDIA_TYPES).join(', ')}`);
    const row = await this.models.version({ name, version: number });
    if (row instanceof NotFound) throw new NotFoundException(row.message);
    response.setHeader('Cache-Control', 'private, immutable, max-age=31536000'); // a version never changes
    await send(path.join(versionFolder(this.config.data, name, row.number), file), MEDIA_TYPES[file as keyof typeof MEDIA_TYPES], response);
  }
}

async function send(file: string, mediaType: string, response: Response): Promise<void> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new NotFoundException(`${path.basename(file)} is not there`) : error;
  });
  response.type(mediaType).setHeader('Content-Length', (await handle.stat()).size);
  await pipeline(createReadStream(file, { fd: handle }), response);
}
