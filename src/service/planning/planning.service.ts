import { Injectable } from '@nestjs/common';
import { planningSentence } from '../../report/planning-sentence.js';
import type { Planning, PlanningSpec } from '../../sdk/power.js';
import { PrismaService } from '../database/prisma.service.js';
import { tableFile } from '../datasources/table-file.js';
import { conflict, type Conflict, invalid, type NotFound, type ValidationFailure, validationFailure } from '../graphql/failures.js';
import { given } from '../graphql/given.js';
import { answerApart } from '../threads/answer-apart.js';
import type { PlanningMessage } from './planning-message.js';
import { plannerByField, type PlannerCall, type PlannerChoice, type PlanningType } from './planning.types.js';

const LIMIT_MS = 60_000;
/** Threads that plan at the same time; each may keep a core busy for as long as the limit. */
const MOST_AT_ONCE = 4;

@Injectable()
export class PlanningService {
  private running = 0;

  constructor(private readonly prisma: PrismaService) {}

  async plan(choice: PlannerChoice): Promise<PlanningType | ValidationFailure | Conflict | NotFound> {
    const [field, call] = Object.entries(choice).find(([, value]) => value)!; // exactly one: the input is @oneOf
    const planner = plannerByField.get(field)!;
    const { source, table, columns = {}, options } = given(call) as PlannerCall;
    const parsed = planner.options.safeParse(options);
    if (!parsed.success) return validationFailure(`using.${field}.options`, parsed.error);
    const data = source === undefined ? undefined : await tableFile(this.prisma, source, table!);
    if (data !== undefined && typeof data !== 'string') return data;
    return this.inThread({ planner: planner.name, options, columns, ...(data !== undefined && { data }) }, `using.${field}`);
  }

  private async inThread(spec: PlanningSpec, root: string): Promise<PlanningType | ValidationFailure | Conflict> {
    if (this.running >= MOST_AT_ONCE) return conflict(`${MOST_AT_ONCE} plans are being computed; ask again in a moment`);
    this.running++;
    try {
      const limit = AbortSignal.timeout(LIMIT_MS);
      const message = await answerApart<PlanningMessage>('planning/planning-worker', spec, limit).catch((error: unknown) => {
        if (!limit.aborted) throw error;
        return null;
      });
      if (message === null) return invalid(`${root}.options`, `take longer than ${LIMIT_MS / 1000} s; ask for fewer looks or replicates, or run assay power`);
      if ('planning' in message) return view(message.planning);
      const { name, sentence, path } = message.fault;
      if (name === 'OptionsError' || name === 'DataError') return invalid(path ? `${root}.${path}` : root, sentence.replaceAll(spec.data ?? '\0', 'the table'));
      throw new Error(`planning failed: ${sentence}`);
    } finally {
      this.running--;
    }
  }
}

const view = (planning: Planning): PlanningType => ({
  planner: planning.planner,
  sentence: 'refusal' in planning ? planning.refusal.detail : planningSentence(planning.planner, planning.result),
  answer: 'refusal' in planning ? planning.refusal : { planner: planning.planner, ...planning.result },
  assumptions: [...planning.assumptions],
  references: planning.references,
  sha256: planning.history?.sha256 ?? null,
  codeVersion: planning.codeVersion,
});
