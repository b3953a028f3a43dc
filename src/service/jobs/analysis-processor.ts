import { type Job, UnrecoverableError } from 'bullmq';
import { analyze } from '../../analyze.js';
import { type Analysis as AnalysisResult, analysisSchema } from '../../experiment/analysis.js';
import { planSchema } from '../../experiment/plan.js';
import { analysisDigest } from '../../experiment/record.js';
import type { Analysis, PrismaClient } from '../../generated/prisma/client.js';
import { identityOf } from '../analyses/identity.js';
import { isDuplicate } from '../database/database-errors.js';
import { resolveSource } from '../datasources/resolve-source.js';
import { type Claimed, type ProcessorContext, runClaimed } from './claimed-job.js';
import type { AnalysisJob, QueueJob } from './queue.js';
import { withWarehouse } from './with-warehouse.js';

/** Analyses and saves. */
export function processAnalysis(job: Job<AnalysisJob>, context: ProcessorContext): Promise<void> {
  const { prisma } = context;
  const id = job.data.analysisId;
  return runClaimed(job as Job<QueueJob>, { table: prisma.analysis, id, noun: 'analysis' }, context, async (claimed) => {
    const row = await prisma.analysis.findUniqueOrThrow({ where: { id }, omit: { result: true } });
    return save(prisma, row, claimed.claim, await run(row, claimed, context));
  });
}

async function run(row: Omit<Analysis, 'result'>, { signal, tell }: Claimed, { prisma, config }: ProcessorContext): Promise<AnalysisResult> {
  const plan = planSchema.parse(row.plan);
  const frozen = row.frozenPlan === null ? undefined : planSchema.parse(row.frozenPlan);
  const source = await resolveSource(prisma, plan.source);
  const result = await withWarehouse(source, config, (warehouse) => analyze(plan, warehouse, { ...(frozen && { frozen }), signal, onProgress: tell }));
  signal.throwIfAborted();
  return analysisSchema.parse(result); // an answer is finite or a refusal: what is not does not get into the database
}

/** Result and status in one statement, once. @returns false when it was cancelled meanwhile or another worker has claimed it */
async function save(prisma: PrismaClient, row: Omit<Analysis, 'result'>, claim: string, result: AnalysisResult): Promise<boolean> {
  const dataDigest = result.fingerprint.digest;
  const identity = identityOf({ experimentId: row.experimentId, planHash: row.planHash, frozenPlanHash: row.frozenPlanHash, asOf: result.plan.asOf ?? null, dataDigest });
  try {
    const { count } = await prisma.analysis.updateMany({
      where: { id: row.id, claim, status: 'running', cancelRequested: false },
      data: {
        status: 'completed', progress: 1, message: 'completed', finishedAt: new Date(), error: null, errorPath: null,
        result: JSON.stringify(result), resultHash: analysisDigest(result), verdict: result.decision.verdict, dataDigest, identity,
      },
    });
    return count > 0;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new UnrecoverableError('the data changed while it was queued, and there is an analysis of them as they are now; ask again to find it');
  }
}
