import { Injectable } from '@nestjs/common';
import type { Spec } from '../../sdk/spec.js';
import { PrismaService } from '../database/prisma.service.js';
import { tableFile } from '../datasources/table-file.js';
import { invalidFields, type NotFound, type ValidationFailure } from '../graphql/failures.js';
import { answerApart } from '../threads/answer-apart.js';
import type { EstimateOutcome } from './estimate-outcome.js';
import { estimatorByField, type Estimation, type EstimatorChoice } from './estimator.types.js';
import { turns } from './turns.js';

/** Of a request, its wait for a turn included; longer work is for the command. */
const LIMIT_MS = 60_000;
/** Estimates at a time: each may use all cores. */
const inTurn = turns(2);

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
    const limit = AbortSignal.timeout(LIMIT_MS);
    const outcome = await inTurn(() => answerApart<EstimateOutcome>('estimators/estimate-thread', spec, limit)).catch((error: unknown) => {
      if (!limit.aborted) throw error;
      return { issues: [{ path: null, message: `took longer than ${LIMIT_MS / 1000} s: use fewer rows or trees, or the command assay estimate, which has no limit` }] };
    });
    if ('issues' in outcome) {
      return invalidFields(outcome.issues.map(({ path, message }) => ({ path: path === null ? 'table' : `using.${field}.${path}`, message: message.replaceAll(spec.data, table) })));
    }
    const { provenance, ...estimation } = outcome.estimation;
    const answer = 'refusal' in estimation ? estimation.refusal : { estimator: estimation.estimator, ...estimation.result };
    const { sha256, rows, droppedRows, options, seed, codeVersion } = provenance;
    return { estimator: estimation.estimator, answer, sha256, rows, droppedRows, options, seed, codeVersion };
  }
}
