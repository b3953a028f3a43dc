import DataLoader from 'dataloader';
import type { Experiment, FlagRevision, MetricRevision, UpliftModel, UpliftModelVersion } from '../../generated/prisma/client.js';
import type { AnalysisRow } from '../analyses/analysis-row.js';
import { LIGHT } from '../analyses/analysis-row.js';
import { type DecisionView, viewOf } from '../decisions/decision-view.js';
import type { PrismaService } from '../database/prisma.service.js';

/** Reads of one request, gathered: a page of a hundred things asks the database once for what belongs to them. */
export class Loaders {
  constructor(private readonly prisma: PrismaService) {}

  readonly experiments = one<Experiment>((ids) => this.prisma.experiment.findMany({ where: { id: { in: ids } } }));
  readonly analyses = one<AnalysisRow>((ids) => this.prisma.analysis.findMany({ where: { id: { in: ids } }, ...LIGHT }));
  readonly upliftModels = one<UpliftModel>((ids) => this.prisma.upliftModel.findMany({ where: { id: { in: ids } } }));
  readonly upliftModelVersions = one<UpliftModelVersion>((ids) => this.prisma.upliftModelVersion.findMany({ where: { id: { in: ids } } }));

  readonly revisionsOfMetric = many<MetricRevision>('metricId', (ids) =>
    this.prisma.metricRevision.findMany({ where: { metricId: { in: ids } }, orderBy: { revision: 'desc' } }));
  readonly revisionsOfFlag = many<FlagRevision>('flagId', (ids) =>
    this.prisma.flagRevision.findMany({ where: { flagId: { in: ids } }, orderBy: { revision: 'desc' } }));
  readonly decisionsOfExperiment = this.decisionsBy('experimentId');
  readonly decisionsOfAnalysis = this.decisionsBy('analysisId');
  readonly approvalsOfDecision = this.decisionsBy('approvesId');
  readonly latestAnalysisOfExperiment = many<AnalysisRow>('experimentId', (ids) =>
    this.prisma.analysis.findMany({ where: { experimentId: { in: ids } }, distinct: ['experimentId'], orderBy: [{ experimentId: 'asc' }, { id: 'desc' }], ...LIGHT }));
  readonly latestVersionOfModel = many<UpliftModelVersion>('modelId', (ids) =>
    this.prisma.upliftModelVersion.findMany({ where: { modelId: { in: ids } }, distinct: ['modelId'], orderBy: [{ modelId: 'asc' }, { number: 'desc' }] }));

  private decisionsBy(key: 'experimentId' | 'analysisId' | 'approvesId'): DataLoader<string, DecisionView[]> {
    return new DataLoader(async (ids) => {
      const approvesId = key === 'approvesId' ? { in: [...ids] } : null;
      const rows = await this.prisma.decisionRecord.findMany({ where: { [key]: { in: [...ids] }, approvesId }, orderBy: { sequence: 'asc' } });
      return ids.map((id) => rows.filter((row) => row[key] === id).map(viewOf));
    });
  }
}

function one<Row extends { readonly id: string }>(find: (ids: string[]) => Promise<Row[]>): DataLoader<string, Row | null> {
  return new DataLoader(async (ids) => {
    const rows = new Map((await find([...ids])).map((row) => [row.id, row]));
    return ids.map((id) => rows.get(id) ?? null);
  });
}

function many<Row extends object>(key: keyof Row & string, find: (ids: string[]) => Promise<Row[]>): DataLoader<string, Row[]> {
  return new DataLoader(async (ids) => {
    const rows = grouped(await find([...ids]), key);
    return ids.map((id) => rows.get(id) ?? []);
  });
}

function grouped<Row extends object>(rows: readonly Row[], key: keyof Row): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const id = row[key] as string;
    const group = groups.get(id);
    if (group) group.push(row);
    else groups.set(id, [row]);
  }
  return groups;
}
