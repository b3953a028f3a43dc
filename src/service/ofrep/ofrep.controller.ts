import { createHash } from 'node:crypto';
import { Body, Controller, Headers, Inject, Param, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Role } from '../auth/role.decorator.js';
import { ExposureQueueFull } from '../exposures/exposures.service.js';
import { LOGGER, type Logger } from '../logger.js';
import { EvaluationService } from './evaluation.service.js';
import { contextOf, type ErrorCode } from './protocol.js';

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = { FLAG_NOT_FOUND: 404, GENERAL: 500 };
const RETRY_AFTER_SECONDS = '1';

/** OpenFeature's remote evaluation protocol: every OpenFeature SDK is a client. */
@Controller('ofrep/v1/evaluate/flags')
export class OfrepController {
  constructor(private readonly evaluation: EvaluationService, @Inject(LOGGER) private readonly log: Logger) {}

  @Post(':key')
  @Role('evaluator')
  async one(@Param('key') key: string, @Body() body: unknown, @Res() response: Response): Promise<void> {
    const context = contextOf(body);
    if (typeof context === 'string') return fail(response, 'INVALID_CONTEXT', context, key);
    await this.guarded(response, key, async () => {
      const answer = await this.evaluation.one(key, context);
      if ('errorCode' in answer) fail(response, answer.errorCode, answer.errorDetails, key);
      else response.status(200).json(answer);
    });
  }

  @Post()
  @Role('evaluator')
  async all(@Body() body: unknown, @Headers('if-none-match') known: string | undefined, @Res() response: Response): Promise<void> {
    const context = contextOf(body);
    if (typeof context === 'string') return fail(response, 'INVALID_CONTEXT', context);
    await this.guarded(response, undefined, async () => {
      const text = JSON.stringify({ flags: await this.evaluation.all(context) });
      const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
      response.setHeader('ETag', etag);
      if (known?.split(/\s*,\s*/).includes(etag)) response.status(304).end();
      else response.status(200).type('application/json').send(text);
    });
  }

  /** An evaluation whose exposure could not be recorded is no answer: the application falls back to its default, and nobody is exposed. */
  private async guarded(response: Response, key: string | undefined, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (error instanceof ExposureQueueFull) {
        response.setHeader('Retry-After', RETRY_AFTER_SECONDS).status(429).json({ errorDetails: error.message });
        return;
      }
      this.log.error({ err: error, flag: key }, 'evaluation failed');
      fail(response, 'GENERAL', 'the evaluation failed; it is in the log of the service', key);
    }
  }
}

const fail = (response: Response, errorCode: ErrorCode, errorDetails: string, key?: string): void => {
  response.status(STATUS[errorCode] ?? 400).json({ ...(key !== undefined && { key }), errorCode, errorDetails });
};
