import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { estimate } from '../../sdk/estimate.js';
import type { Spec } from '../../sdk/spec.js';
import { OptionsError } from '../../stats/estimators/estimator.js';
import { DataError } from '../../warehouse/warehouse.js';
import { PrismaService } from '../database/prisma.service.js';
import { tableFile } from '../datasources/table-file.js';
import { invalid, type NotFound, type ValidationFailure, validationFailure } from '../graphql/failures.js';
import { estimatorByField, type Estimation, type EstimatorChoice } from './estimator.types.js';

/** Longer work belongs into an analysis, which has a queue. */
const LIMIT_MS = 60_000;

@Injectable()
export class EstimatorsService {
  constructor(private readonly prisma: PrismaService) {}

  /** One estimator on a table of a registered source of files. */
  async estimate(source: string, table: string, choice: EstimatorChoice, seed: number): Promise<Estimation | ValidationFailure | NotFound> {
    const [field, call] = Object.entries(choice).find(([, given]) => given)!; // exactly one: the input is @oneOf
    const path = await tableFile(this.prisma, source, table);
    if (typeof path !== 'string') return path;
    const columns = Object.fromEntries(Object.entries(call!.columns).filter((entry): entry is [string, string | string[]] => entry[1] != null));
    const options = Object.fromEntries(Object.entries(call!.options ?? {}).filter(([, value]) => value !== null));
    return this.run({ estimator: estimatorByField.get(field)!.name, data: path, columns, options, seed }, field, table);
  }

  private async run(spec: Spec, field: string, table: string): Promise<Estimation | ValidationFailure> {
    try {
      const { provenance, ...estimation } = await estimate(spec, '.', AbortSignal.timeout(LIMIT_MS));
      const answer = 'refusal' in estimation ? estimation.refusal : { estimator: estimation.estimator, ...estimation.result };
      const { sha256, rows, droppedRows, options, seed, codeVersion } = provenance;
      return { estimator: estimation.estimator, answer, sha256, rows, droppedRows, options, seed, codeVersion };
    } catch (error) {
      if (error instanceof z.ZodError) return validationFailure(`using.${field}.options`, error);
      if (error instanceof OptionsError) return invalid(`using.${field}.${error.path.join('.')}`, error.message);
      if (error instanceof DataError) return invalid(error.path ? `using.${field}.${error.path}` : 'table', error.message.replaceAll(spec.data, table));
      throw error;
    }
  }
}
