import type { Prisma } from '../../generated/prisma/client.js';

/** An analysis without its large columns: what lists and progress need. */
export const LIGHT = { omit: { result: true, plan: true, frozenPlan: true } } as const;
export type AnalysisRow = Prisma.AnalysisGetPayload<typeof LIGHT>;
