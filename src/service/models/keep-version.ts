import { randomUUID } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import type { ModelCard } from '../../sdk/models/card.js';
import { cardText, writeCard } from '../../sdk/models/store.js';
import type { ModelJob, PrismaClient } from '../../generated/prisma/client.js';
import { versionFolder } from './places.js';

/**
 * Makes what a job trained the next version of its model, and ends the job, in one transaction.
 *
 * The same spec on the same columns by the same code has the same bytes: such a version is found and not made again.
 * @param staged  folder with the files; it is moved, or left where a version was found
 * @returns false when the job was cancelled meanwhile or another worker has claimed it
 */
export function keepVersion(prisma: PrismaClient, data: string, job: ModelJob, claim: string, staged: string, trained: Omit<ModelCard, 'version'>): Promise<boolean> {
  const { name, specHash, codeVersion, training: { fingerprint }, files } = trained;
  return prisma.$transaction(async (transaction) => {
    const { count } = await transaction.modelJob.updateMany({
      where: { id: job.id, claim, status: 'running', cancelRequested: false },
      data: { status: 'completed', progress: 1, message: 'completed', finishedAt: new Date(), error: null, errorPath: null },
    });
    if (count === 0) return false;
    const model = await transaction.upliftModel.upsert({ where: { name }, create: { name, createdBy: job.createdBy }, update: {} });
    await transaction.$queryRaw`SELECT 1 FROM "UpliftModel" WHERE "id" = ${model.id}::uuid FOR UPDATE`; // one at a time: numbers have no gaps
    const same = await transaction.upliftModelVersion.findFirst({ where: { modelId: model.id, specHash, fingerprint, codeVersion } });
    const versionId = same?.id ?? await next(model.id);
    await transaction.modelJob.update({ where: { id: job.id }, data: { versionId } });
    return true;

    async function next(modelId: string): Promise<string> {
      const last = await transaction.upliftModelVersion.findFirst({ where: { modelId }, orderBy: { number: 'desc' }, select: { number: true } });
      const card: ModelCard = { ...trained, version: (last?.number ?? 0) + 1 };
      await writeCard(staged, card);
      const folder = versionFolder(data, name, card.version);
      await mkdir(path.dirname(folder), { recursive: true });
      await moveAside(folder);
      await rename(staged, folder);
      const row = await transaction.upliftModelVersion.create({
        data: { modelId, number: card.version, card: cardText(card), digest: files['model.bin'].sha256, specHash, fingerprint, codeVersion, createdBy: job.createdBy },
      });
      return row.id;
    }
  });
}

/** A folder that no row knows: of a transaction that never ended, or of somebody else. Nothing is deleted. */
async function moveAside(folder: string): Promise<void> {
  await rename(folder, path.join(path.dirname(folder), `.left-${randomUUID()}`)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
