import type { DecisionContent, DecisionRecord } from '../../experiment/record.js';
import type { DecisionRecord as Row } from '../../generated/prisma/client.js';

/** A link of the chain as it was hashed. */
export const recordOf = ({ content, previousHash, hash }: Pick<Row, 'content' | 'previousHash' | 'hash'>): DecisionRecord =>
  ({ content: JSON.parse(content) as DecisionContent, previousHash, hash });

/** A record as it is shown: what it says, and where it stands. */
export type DecisionView = Pick<Row, 'id' | 'hash' | 'previousHash' | 'analysisId' | 'approvesId' | 'createdBy'> & DecisionContent;
export const viewOf = ({ id, hash, previousHash, analysisId, approvesId, createdBy, content }: Row): DecisionView =>
  ({ ...(JSON.parse(content) as DecisionContent), id, hash, previousHash, analysisId, approvesId, createdBy });
