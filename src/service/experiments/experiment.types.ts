import { Field, GraphQLISODateTime, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ExperimentStatus } from '../../generated/prisma/enums.js';
import { connectionOf } from '../graphql/connection.js';
import { resultOf } from '../graphql/failures.js';
import { Json } from '../graphql/scalars.js';

registerEnumType(ExperimentStatus, {
  name: 'ExperimentStatus', description: 'Where an experiment is in its life.',
  valuesMap: {
    draft: { description: 'the plan may still change' },
    running: { description: 'the plan is frozen and units are exposed' },
    stopped: { description: 'no more units are exposed' },
    archived: { description: 'put away' },
  },
});

@ObjectType('Experiment', { description: 'A plan and what became of it.' })
export class ExperimentType {
  @Field(() => ID, { description: 'id of the experiment' }) id: string;
  @Field({ description: 'name of its plan' }) key: string;
  @Field({ description: 'for people' }) title: string;
  @Field(() => ExperimentStatus, { description: 'where it is in its life' }) status: ExperimentStatus;
  @Field(() => Json, { description: 'the plan as it stands' }) plan: unknown;
  @Field({ description: 'sha256 of what the plan promises' }) planHash: string;
  @Field(() => Json, { nullable: true, description: 'the plan that was locked at the start; null before' }) frozenPlan: unknown;
  @Field(() => String, { nullable: true, description: 'sha256 of what the locked plan promises; null before the start' }) frozenPlanHash: string | null;
  @Field(() => GraphQLISODateTime, { description: 'when it was written' }) createdAt: Date;
  @Field({ description: 'who wrote it' }) createdBy: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'when it was started; null before' }) startedAt: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'when it was stopped; null before' }) stoppedAt: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'when it was archived; null before' }) archivedAt: Date | null;
}

@InputType({ description: 'A shared metric to put into a plan.' })
export class MetricReference {
  @Field({ description: 'name of the shared metric' }) name: string;
  @Field(() => Int, { nullable: true, description: 'absent: the newest' }) revision?: number;
}

export const ExperimentConnection = connectionOf('Experiment', ExperimentType);
const result = (name: string, description: string) => resultOf(name, () => ExperimentType, description);
export const CreateExperimentResult = result('CreateExperimentResult', 'The new experiment, or why there is none.');
export const EditExperimentResult = result('EditExperimentResult', 'The experiment with its new plan, or why it keeps the old one.');
export const StartExperimentResult = result('StartExperimentResult', 'The experiment with its plan frozen, or why it was not started.');
export const StopExperimentResult = result('StopExperimentResult', 'The stopped experiment, or why it was not stopped.');
export const ArchiveExperimentResult = result('ArchiveExperimentResult', 'The archived experiment, or why it was not archived.');
