import { Injectable } from '@nestjs/common';
import type { Analysis as AnalysisResult } from '../../experiment/analysis.js';
import { canonicalJson } from '../../experiment/canonical.js';
import { type DecisionAct, type DecisionRecord, decisionRecord, verifyChain } from '../../experiment/record.js';
import type { Prisma } from '../../generated/prisma/client.js';
import type { Principal } from '../auth/roles.js';
import { PrismaService } from '../database/prisma.service.js';
import { type Conflict, conflict, NotFound, notFound } from '../graphql/failures.js';
import { isId } from '../graphql/ids.js';
import type { DecisionChain } from './decision.types.js';
import { type DecisionView, recordOf, viewOf } from './decision-view.js';

/** Serialises writers of the chain; "deci" in ASCII. */
const CHAIN_LOCK = 0x64656369;
interface Link { readonly analysisId: string; readonly experimentId: string | null; readonly approvesId: string | null }

@Injectable()
export class DecisionsService {
  constructor(private readonly prisma: PrismaService) {}

  /** Puts the verdict of a completed analysis on record, with its evidence. */
  async decide(analysisId: string, comment: string, by: Principal): Promise<DecisionView | Conflict | NotFound> {
    return this.append(analysisId, null, comment, by, null);
  }

  /** Puts on record that somebody stands by a decision. */
  async approve(decisionId: string, comment: string, by: Principal): Promise<DecisionView | Conflict | NotFound> {
    const decision = isId(decisionId) ? await this.prisma.decisionRecord.findUnique({ where: { id: decisionId } }) : null;
    if (!decision) return notFound('decision', decisionId);
    if (decision.approvesId) return conflict(`${decisionId} is an approval; approve the decision itself`);
    return this.append(decision.analysisId, { name: by.name, role: by.role }, comment, by, decision.id);
  }

  /** Recomputes every hash, and compares every analysis with the one that was decided on. */
  async verify(): Promise<DecisionChain> {
    const rows = await this.prisma.decisionRecord.findMany({ orderBy: { sequence: 'asc' }, include: { analysis: { select: { resultHash: true } } } });
    const chain = verifyChain(rows.map(recordOf));
    const swapped = rows.find((row) => row.analysis.resultHash !== recordOf(row).content.analysisDigest);
    const fault = chain.status === 'broken' ? { at: chain.index + 1, sentence: chain.sentence }
      : swapped ? { at: swapped.sequence, sentence: `The analysis of record ${swapped.sequence} is not the one that was decided on.` } : undefined;
    return { intact: !fault, records: rows.length, lastHash: rows.at(-1)?.hash ?? null, brokenAt: fault?.at ?? null, fault: fault?.sentence ?? null };
  }

  private async append(analysisId: string, approver: DecisionAct['approver'], comment: string, by: Principal, approvesId: string | null): Promise<DecisionView | Conflict | NotFound> {
    const analysis = isId(analysisId) ? await this.prisma.analysis.findUnique({ where: { id: analysisId }, include: { experiment: true } }) : null;
    if (!analysis) return notFound('analysis', analysisId);
    if (analysis.status !== 'completed' || !analysis.result) return conflict(`analysis ${analysisId} is ${analysis.status}; only a completed one can be decided on`);
    const result = JSON.parse(analysis.result) as AnalysisResult;
    const experiment = analysis.experiment?.key ?? result.plan.name;
    const link: Link = { analysisId, experimentId: analysis.experimentId, approvesId };
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${CHAIN_LOCK}::bigint)`; // one writer at a time: neither gaps nor forks
      const again = await transaction.decisionRecord.findFirst({ where: approvesId ? { approvesId, createdBy: by.name } : { analysisId, approvesId: null } });
      if (again) return conflict(approvesId ? `${by.name} approved decision ${approvesId} already` : `analysis ${analysisId} was decided on already: decision ${again.id}`);
      const last = await transaction.decisionRecord.findFirst({ orderBy: { sequence: 'desc' } });
      const record = decisionRecord(result, { experiment, approver, comment, decidedAt: new Date().toISOString() }, last && recordOf(last));
      return viewOf(await transaction.decisionRecord.create({ data: rowOf(link, record, by) }));
    });
  }
}

function rowOf(link: Link, { content, previousHash, hash }: DecisionRecord, by: Principal): Prisma.DecisionRecordUncheckedCreateInput {
  return {
    ...link,
    sequence: content.sequence, verdict: content.verdict, content: canonicalJson(content), previousHash, hash,
    createdAt: content.decidedAt, createdBy: by.name,
    ...(!link.approvesId && {
      models: { create: content.arms.flatMap(({ arm, models }) => models.map((model) => ({ arm, ...model }))) },
      features: { create: content.arms.flatMap(({ arm, features }) => features.map((feature) => ({ arm, ...feature }))) },
    }),
  };
}
