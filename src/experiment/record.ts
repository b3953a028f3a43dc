import { z } from 'zod';
import { type Analysis, verdictSchema } from './analysis.js';
import { digestOf } from './canonical.js';
import { planSchema } from './plan.js';

const armShape = planSchema.shape.arms.element.shape;
const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256 in lower-case hexadecimal');

export const approverSchema = z.object({ name: z.string().min(1).describe('name of the API key'), role: z.string().min(1).describe('role of the API key') }).meta({ id: 'Approver', description: 'Who stands by a decision.' });
export type Approver = z.output<typeof approverSchema>;

export const decisionContentSchema = z.object({
  sequence: z.number().int().gte(1).describe('place in the chain, from 1'),
  experiment: z.string().describe('name of the experiment'),
  analysisDigest: digest.describe('of the whole analysis: the evidence'),
  planHash: digest.describe('sha256 of what the plan promises'),
  exploratory: z.boolean().describe('true when the plan that ran is not the plan that was locked'),
  fingerprintDigest: z.string().describe('of the data that were read'),
  summariesDigest: digest.describe('of what a replay begins with'),
  seed: z.number().int().describe('of the random streams'),
  codeVersion: z.string().describe('version of the code that computed the analysis'),
  verdict: verdictSchema.describe('of the analysis'),
  arm: z.string().nullable().describe('the arm to ship; null unless the verdict is ship'),
  approver: approverSchema.nullable().describe('null: recorded by the rule alone'),
  comment: z.string().describe('of whoever put it on record; may be empty'),
  arms: z.array(z.object({ arm: z.string().describe('name of the arm'), models: armShape.models.describe('model versions that it pinned'), features: armShape.features.describe('feature versions that it pinned') }).meta({ id: 'ArmVersions', description: 'What an arm ran.' })).describe('model and feature versions that each arm pinned'),
  rollback: z.array(z.string()).describe('criteria at which the change is rolled back'),
  decidedAt: z.iso.datetime({ offset: true }).describe('when it was put on record'),
});
export type DecisionContent = z.output<typeof decisionContentSchema>;

/** One link of an append-only chain: what was decided on which evidence, and the hash of the link before. */
export const decisionRecordSchema = z.object({
  content: decisionContentSchema,
  previousHash: digest.nullable().describe('hash of the record before; null in the first'),
  hash: digest.describe('sha256 over the canonical JSON of content and previousHash'),
}).meta({ id: 'DecisionRecord' });
export type DecisionRecord = z.output<typeof decisionRecordSchema>;

/** What people add to an analysis when they decide. */
export interface DecisionAct {
  readonly experiment: string;
  readonly approver: Approver | null;
  readonly comment: string;
  /** ISO 8601 with a zone */
  readonly decidedAt: string;
}

/** sha256 of a whole analysis: changes when any figure, query or word in it does. */
export const analysisDigest = (analysis: Analysis): string => digestOf(analysis);

/** The next link after `previous`, or the first of a chain when it is null. */
export function decisionRecord(analysis: Analysis, act: DecisionAct, previous: DecisionRecord | null): DecisionRecord {
  const { plan, decision } = analysis;
  const content = decisionContentSchema.parse({
    ...act,
    sequence: (previous?.content.sequence ?? 0) + 1,
    analysisDigest: analysisDigest(analysis),
    planHash: analysis.planHash,
    exploratory: analysis.exploratory,
    fingerprintDigest: analysis.fingerprint.digest,
    summariesDigest: digestOf(analysis.summaries),
    seed: analysis.seed,
    codeVersion: analysis.codeVersion,
    verdict: decision.verdict,
    arm: decision.arm,
    arms: plan.arms.map(({ name, models, features }) => ({ arm: name, models, features })),
    rollback: plan.decision.done?.rollback ?? [],
  });
  return link(content, previous?.hash ?? null);
}

const hashOf = (content: DecisionContent, previousHash: string | null): string => digestOf({ content, previousHash });
const link = (content: DecisionContent, previousHash: string | null): DecisionRecord =>
  ({ content, previousHash, hash: hashOf(content, previousHash) });

export type ChainVerification =
  | { readonly status: 'intact'; readonly length: number }
  | { readonly status: 'broken'; /** place in the list, from 0 */ readonly index: number; readonly sentence: string };

/**
 * Whether a chain is whole: every hash is that of its content, every link names the one before, and no link is missing
 * between the first and the last. A chain that was cut at its end looks whole: keep the last hash elsewhere to tell.
 * @param records from the first, in order
 */
export function verifyChain(records: readonly DecisionRecord[]): ChainVerification {
  for (const [index, { content, previousHash, hash }] of records.entries()) {
    const before = records[index - 1]?.hash ?? null;
    const sentence =
      content.sequence !== index + 1 ? `Record ${index + 1} carries sequence ${content.sequence}: a record is missing, repeated or out of order.`
      : previousHash !== before ? `Record ${index + 1} names ${previousHash ?? 'no record'} as the one before it, which is ${before ?? 'none'}.`
      : hash !== hashOf(content, previousHash) ? `The content of record ${index + 1} was changed after it was written: it hashes to ${hashOf(content, previousHash)}, and the record says ${hash}.`
      : null;
    if (sentence) return { status: 'broken', index, sentence };
  }
  return { status: 'intact', length: records.length };
}

/** Whether a record speaks of this analysis; the names of what differs, empty when it does. */
export function differsFromRecord({ content }: DecisionRecord, analysis: Analysis): string[] {
  const found: Partial<DecisionContent> = {
    analysisDigest: analysisDigest(analysis), planHash: analysis.planHash, fingerprintDigest: analysis.fingerprint.digest,
    summariesDigest: digestOf(analysis.summaries), seed: analysis.seed, codeVersion: analysis.codeVersion,
    verdict: analysis.decision.verdict, arm: analysis.decision.arm,
  };
  return Object.entries(found).filter(([name, value]) => content[name as keyof DecisionContent] !== value).map(([name]) => name);
}
