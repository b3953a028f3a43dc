import type { Prisma } from '../../generated/prisma/client.js';
import type { PrismaService } from '../database/prisma.service.js';
import { type Connection, type Page, paginate } from '../graphql/connection.js';
import { type DecisionView, viewOf } from './decision-view.js';

/** A page of decisions that fit, without their approvals. */
export function decisionsPage(prisma: PrismaService, page: Page, fit: Prisma.DecisionRecordWhereInput): Promise<Connection<DecisionView>> {
  const where: Prisma.DecisionRecordWhereInput = { approvesId: null, ...fit };
  return paginate(
    page,
    async ({ cursorWhere, ...query }) => (await prisma.decisionRecord.findMany({ ...query, where: { AND: [where, cursorWhere] } })).map(viewOf),
    () => prisma.decisionRecord.count({ where }),
  );
}
