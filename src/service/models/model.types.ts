import { ArgsType, Field, Float, GraphQLISODateTime, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { modelCardSchema } from '../../sdk/models/card.js';
import { dataComparisonSchema } from '../../sdk/models/compare.js';
import { AnalysisStatus, ModelJobKind } from '../../generated/prisma/enums.js';
import { connectionOf, Page } from '../graphql/connection.js';
import { resultOf } from '../graphql/failures.js';
import { Json } from '../graphql/scalars.js';
import { addFields, inputType, outputType } from '../graphql/zod-types.js';
import { trainRequestSchema } from './requests.js';

/** The statuses of analyses, in words that fit here. */
export const ModelJobStatus = { ...AnalysisStatus };
registerEnumType(ModelJobStatus, {
  name: 'ModelJobStatus', description: 'Where work on a model is.',
  valuesMap: {
    queued: { description: 'waits for a worker' },
    running: { description: 'a worker trains or scores' },
    completed: { description: 'has what was asked for' },
    failed: { description: 'has an error instead; it can be retried' },
    cancelled: { description: 'was called off; it can be retried' },
  },
});
registerEnumType(ModelJobKind, {
  name: 'ModelJobKind', description: 'What is done.',
  valuesMap: { train: { description: 'a version is trained' }, score: { description: 'the rows of a table are scored' } },
});

export const TrainUpliftModelInput = inputType(trainRequestSchema, 'TrainUpliftModelInput', 'What a model is to learn, and from which table.');

@ObjectType('UpliftModel', { description: 'A model of effects, or of outcomes, by its name; what can be said of it is in its versions.' })
export class UpliftModelType {
  @Field(() => ID, { description: 'id of the model' }) id: string;
  @Field({ description: 'its name' }) name: string;
  @Field(() => GraphQLISODateTime, { description: 'when its first version was trained' }) createdAt: Date;
  @Field({ description: 'who asked for that' }) createdBy: string;
}

/** What has fields of its own below, or is said by the version. */
const NOT_DERIVED = ['format', 'formatVersion', 'version', 'files', 'specHash'];

@ObjectType('UpliftModelVersion', { description: 'A trained model. It never changes.' })
export class UpliftModelVersionType {
  @Field(() => ID, { description: 'id of the version' }) id: string;
  @Field(() => Int, { description: '1, 2, 3, ... of its model' }) number: number;
  @Field({ description: 'sha256 of what scores' }) digest: string;
  @Field({ description: 'where this service serves its card' }) cardPath: string;
  @Field(() => String, { nullable: true, description: 'where this service serves its ONNX form; null when it has none' }) onnxPath: string | null;
  @Field(() => String, { nullable: true, description: 'why it has no ONNX form; null when it has one' }) onnxRefusal: string | null;
  @Field(() => GraphQLISODateTime, { description: 'when it was trained' }) createdAt: Date;
  @Field({ description: 'who asked for it' }) createdBy: string;
}
addFields(UpliftModelVersionType, modelCardSchema, { except: NOT_DERIVED });

@ObjectType('ModelJob', { description: 'The training of a version, or the scores of a table by one.' })
export class ModelJobType {
  @Field(() => ID, { description: 'id of the work and of its job' }) id: string;
  @Field(() => ModelJobKind, { description: 'what is done' }) kind: ModelJobKind;
  @Field({ description: 'name of the model' }) model: string;
  @Field(() => Json, { description: 'what was asked' }) request: unknown;
  @Field({ description: 'sha256 of the file that is read' }) dataDigest: string;
  @Field(() => ModelJobStatus, { description: 'where it is' }) status: AnalysisStatus;
  @Field(() => Float, { description: 'share done, 0 to 1' }) progress: number;
  @Field({ description: 'what is being done' }) message: string;
  @Field(() => Int, { nullable: true, description: 'rows that were scored; null until completed, and of a training' }) rows: number | null;
  @Field(() => Int, { nullable: true, description: 'of these, rows without an effect: the treatment does not vary among units like them, or a number is missing that a linear model needs; null likewise' }) withoutEffect: number | null;
  @Field(() => String, { nullable: true, description: 'why it failed; null unless it did' }) error: string | null;
  @Field(() => String, { nullable: true, description: 'where in the request the failure lies; null when no field is to blame' }) errorPath: string | null;
  @Field(() => GraphQLISODateTime, { description: 'when it was asked for' }) createdAt: Date;
  @Field({ description: 'who asked' }) createdBy: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'when a worker last began it; null before' }) startedAt: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'when it was completed, failed or cancelled; null before' }) finishedAt: Date | null;
}

@ObjectType({ description: 'How far work on a model is.' })
export class ModelJobProgress {
  @Field(() => ID, { description: 'id of the work' }) id: string;
  @Field(() => ModelJobStatus, { description: 'where it is' }) status: AnalysisStatus;
  @Field(() => Float, { description: 'share done, 0 to 1' }) progress: number;
  @Field({ description: 'what is being done' }) message: string;
}

@ObjectType({ description: 'The effect of one unit, or its predicted outcome.' })
export class UpliftScore {
  @Field(() => Float, { nullable: true, description: 'its effect, in units of the outcome per unit of the treatment; null of a model of outcomes' }) cate: number | null;
  @Field(() => Float, { nullable: true, description: 'its expected outcome, or the probability of a label of 1; null of a model of effects' }) prediction: number | null;
  @Field(() => Float, { nullable: true, description: 'of it, in squared units; null of models that have none' }) variance: number | null;
  @Field(() => UpliftModelVersionType, { description: 'what scored' }) version: object;
}

@InputType({ description: 'A version of a model.' })
export class UpliftModelReference {
  @Field({ description: 'name of the model' }) name: string;
  @Field(() => Int, { nullable: true, description: 'its version; absent: the newest' }) version?: number | null;
}

@ObjectType({ description: 'An option or setting in which two versions differ.' })
export class UpliftModelDifference {
  @Field({ description: 'name of the option' }) name: string;
  @Field(() => String, { nullable: true, description: 'in the first; null when it does not have it' }) first: string | null;
  @Field(() => String, { nullable: true, description: 'in the second; null when it does not have it' }) second: string | null;
}

@ObjectType({ description: 'Two versions, as their cards tell of them.' })
export class UpliftModelComparison {
  @Field(() => UpliftModelVersionType, { description: 'the first' }) first: object;
  @Field(() => UpliftModelVersionType, { description: 'the second' }) second: object;
  @Field({ description: 'whether both learned from the same columns with the same values' }) sameTrainingData: boolean;
  @Field({ description: 'whether both read the same features in the same way' }) sameFeatures: boolean;
  @Field(() => [String], { description: 'features that the first alone reads' }) onlyFirst: readonly string[];
  @Field(() => [String], { description: 'features that the second alone reads' }) onlySecond: readonly string[];
  @Field(() => [UpliftModelDifference], { description: 'options and settings that differ' }) differences: readonly UpliftModelDifference[];
}

@ArgsType()
export class ModelJobPage extends Page {
  @Field(() => String, { nullable: true, description: 'only of the model of this name' }) model?: string;
  @Field(() => ModelJobStatus, { nullable: true, description: 'only these; absent: all' }) status?: AnalysisStatus;
}

export const UpliftModelConnection = connectionOf('UpliftModel', UpliftModelType);
export const UpliftModelVersionConnection = connectionOf('UpliftModelVersion', UpliftModelVersionType);
export const ModelJobConnection = connectionOf('ModelJob', ModelJobType);
const job = (name: string, description: string) => resultOf(name, () => ModelJobType, description);
export const TrainUpliftModelResult = job('TrainUpliftModelResult', 'The training, queued, or as it is when the same was asked before; or why there is none.');
export const ScoreUpliftModelTableResult = job('ScoreUpliftModelTableResult', 'The scoring, queued, or as it is when the same was asked before; or why there is none.');
export const CancelModelJobResult = job('CancelModelJobResult', 'The work, cancelled or about to be, or why it is not.');
export const RetryModelJobResult = job('RetryModelJobResult', 'The work, queued again, or why it is not.');
export const ScoreUpliftModelResult = resultOf('ScoreUpliftModelResult', () => UpliftScore, 'The effect of the unit, or why there is none.');
const DataComparisonType = outputType(dataComparisonSchema);
export const JudgeUpliftModelsResult = resultOf('JudgeUpliftModelsResult', () => DataComparisonType, 'What the rows say of two versions, or why they cannot.');
export const CompareUpliftModelsResult = resultOf('CompareUpliftModelsResult', () => UpliftModelComparison, 'The comparison, or why there is none.');
