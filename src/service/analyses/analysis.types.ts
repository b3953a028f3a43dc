import { ArgsType, Field, Float, GraphQLISODateTime, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { type Analysis as AnalysisResult, analysisSchema, checkSchema, comparisonSchema, timelineSchema } from '../../experiment/analysis.js';
import { AnalysisStatus } from '../../generated/prisma/enums.js';
import { connectionOf } from '../graphql/connection.js';
import { resultOf } from '../graphql/failures.js';
import { Json } from '../graphql/scalars.js';
import { addFields, outputType } from '../graphql/zod-types.js';

registerEnumType(AnalysisStatus, {
  name: 'AnalysisStatus', description: 'Where an analysis is.',
  valuesMap: {
    queued: { description: 'waits for a worker' },
    running: { description: 'a worker reads the data' },
    completed: { description: 'has its result, which never changes' },
    failed: { description: 'has an error instead; it can be retried' },
    cancelled: { description: 'was called off; it can be retried' },
  },
});

export const CheckType = outputType(checkSchema);
export const EffectType = outputType(comparisonSchema);
export const TimelineType = outputType(timelineSchema);

/** What has fields of its own below, or does not belong into a query. */
const NOT_DERIVED = ['formatVersion', 'plan', 'planHash', 'frozenPlanHash', 'summaries', 'checks', 'comparisons', 'timelines'];

@ObjectType('Analysis', { description: 'One question put to one state of the data. Fields of the result are null until it is completed.' })
export class AnalysisType {
  @Field(() => ID, { description: 'id of the analysis and of its job' }) id: string;
  @Field(() => AnalysisStatus, { description: 'where it is' }) status: AnalysisStatus;
  @Field(() => Float, { description: 'share done, 0 to 1' }) progress: number;
  @Field({ description: 'what is being done' }) message: string;
  @Field(() => String, { nullable: true, description: 'why it failed; null unless it did' }) error: string | null;
  @Field(() => String, { nullable: true, description: 'where in the plan the failure lies; null when no field is to blame' }) errorPath: string | null;
  @Field(() => Json, { description: 'the plan that was or will be analysed' }) plan: unknown;
  @Field({ description: 'sha256 of what the plan promises' }) planHash: string;
  @Field(() => String, { nullable: true, description: 'sha256 of what the locked plan promises; null when none was locked' }) frozenPlanHash: string | null;
  @Field({ description: 'digest of the fingerprint of the data' }) dataDigest: string;
  @Field(() => String, { nullable: true, description: 'sha256 of the stored result; null until completed' }) resultHash: string | null;
  @Field(() => GraphQLISODateTime, { description: 'when it was asked for' }) createdAt: Date;
  @Field({ description: 'who asked' }) createdBy: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'when a worker last began it; null before' }) startedAt: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'when it was completed, failed or cancelled; null before' }) finishedAt: Date | null;
}
addFields(AnalysisType, analysisSchema, { except: NOT_DERIVED, pending: true });

/** Fields that are read off the stored result as they are. */
export const resultFields = (Object.keys(analysisSchema.shape) as (keyof AnalysisResult)[]).filter((key) => !NOT_DERIVED.includes(key));

@ArgsType()
export class EffectFilter {
  @Field(() => [String], { nullable: true, description: 'only these metrics; absent: all' }) metrics?: string[];
  @Field(() => [String], { nullable: true, description: 'only these treatment arms; absent: all' }) arms?: string[];
  @Field(() => [String], { nullable: true, description: 'only values of these segments; an empty list: only all units together; absent: both' }) segments?: string[];
}

@ObjectType({ description: 'How far an analysis is.' })
export class AnalysisProgress {
  @Field(() => ID, { description: 'id of the analysis' }) id: string;
  @Field(() => AnalysisStatus, { description: 'where it is' }) status: AnalysisStatus;
  @Field(() => Float, { description: 'share done, 0 to 1' }) progress: number;
  @Field({ description: 'what is being done' }) message: string;
}

export const AnalysisConnection = connectionOf('Analysis', AnalysisType);
const result = (name: string, description: string) => resultOf(name, () => AnalysisType, description);
export const AnalyzeResult = result('AnalyzeResult', 'The analysis, queued, or as it is when the same question was asked before; or why there is none.');
export const CancelAnalysisResult = result('CancelAnalysisResult', 'The analysis, cancelled or about to be, or why it is not.');
export const RetryAnalysisResult = result('RetryAnalysisResult', 'The analysis, queued again, or why it is not.');
