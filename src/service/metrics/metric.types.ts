import { Field, GraphQLISODateTime, ID, Int, ObjectType } from '@nestjs/graphql';
import { connectionOf } from '../graphql/connection.js';
import { resultOf } from '../graphql/failures.js';
import { Json } from '../graphql/scalars.js';

@ObjectType('MetricRevision', { description: 'One wording of a metric; it never changes.' })
export class MetricRevisionType {
  @Field(() => ID, { description: 'id of the revision' }) id: string;
  @Field(() => Int, { description: '1 for the first, 2 for the first edit, ...' }) revision: number;
  @Field(() => Json, { description: 'the metric as it stands in a plan' }) definition: unknown;
  @Field(() => GraphQLISODateTime, { description: 'when it was written' }) createdAt: Date;
  @Field({ description: 'who wrote it' }) createdBy: string;
}

@ObjectType('Metric', { description: 'A metric that many experiments share. An edit is a new revision; experiments keep the one they were made with.' })
export class MetricType {
  @Field(() => ID, { description: 'id of the metric' }) id: string;
  @Field({ description: 'its name in plans' }) name: string;
  @Field(() => GraphQLISODateTime, { description: 'when the first revision was written' }) createdAt: Date;
  @Field(() => [MetricRevisionType], { description: 'all revisions, newest first' }) revisions: MetricRevisionType[];
  @Field(() => MetricRevisionType, { description: 'the newest revision' }) latest: MetricRevisionType;
}

export const MetricConnection = connectionOf('Metric', MetricType);
export const CreateMetricResult = resultOf('CreateMetricResult', () => MetricType, 'The new metric, or why there is none.');
export const ReviseMetricResult = resultOf('ReviseMetricResult', () => MetricType, 'The metric with its new revision, or why there is none.');
