import { Field, GraphQLISODateTime, ID, Int, ObjectType } from '@nestjs/graphql';
import { rangeSchema } from '../../stats/design/assignment/assignment-config.js';
import { connectionOf } from '../graphql/connection.js';
import { resultOf } from '../graphql/failures.js';
import { Json, SafeInt } from '../graphql/scalars.js';
import { outputType } from '../graphql/zod-types.js';

const BucketRange = outputType(rangeSchema, 'BucketRange', 'A stretch of a layer or of buckets, its end not included.');

@ObjectType('LayerClaim', { description: 'Parts of a layer that one flag holds.' })
export class LayerClaimType {
  @Field({ description: 'key of the flag' }) experiment: string;
  @Field({ description: 'how it cuts the layer; flags of other hash families do not exclude each other' }) hash: string;
  @Field(() => [BucketRange], { description: 'the parts' }) ranges: object[];
}

@ObjectType('Layer', { description: 'Traffic that experiments share: flags with disjoint ranges of one layer exclude each other.' })
export class LayerType {
  @Field(() => ID, { description: 'id of the layer' }) id: string;
  @Field({ description: 'its name in assignments' }) name: string;
  @Field({ description: 'for people' }) description: string;
  @Field(() => GraphQLISODateTime, { description: 'when it was made' }) createdAt: Date;
  @Field({ description: 'who made it' }) createdBy: string;
  @Field(() => [LayerClaimType], { description: 'what flags hold of it, archived ones left out' }) claims: LayerClaimType[];
  @Field(() => [BucketRange], { description: 'what nobody holds' }) free: object[];
}

@ObjectType('FlagRevision', { description: 'One wording of a flag; it never changes.' })
export class FlagRevisionType {
  @Field(() => ID, { description: 'id of the revision' }) id: string;
  @Field(() => Int, { description: '1 for the first, 2 for the first edit, ...' }) revision: number;
  @Field(() => Json, { description: 'assignment, values and how exposures are logged' }) definition: unknown;
  @Field(() => GraphQLISODateTime, { description: 'when it was written' }) createdAt: Date;
  @Field({ description: 'who wrote it' }) createdBy: string;
}

@ObjectType({ description: 'Units that met a variation under the present bucket version.' })
export class ExposureCount {
  @Field({ description: 'key of the variation' }) variation: string;
  @Field(() => SafeInt, { description: 'units, each counted once' }) units: number;
}

@ObjectType('Flag', { description: 'What applications ask by its key: who gets which variation, and which value goes with it. An edit is a new revision.' })
export class FlagType {
  @Field(() => ID, { description: 'id of the flag' }) id: string;
  @Field({ description: 'what applications know it by' }) key: string;
  @Field(() => GraphQLISODateTime, { description: 'when the first revision was written' }) createdAt: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'since when it is not evaluated; null: it is' }) archivedAt: Date | null;
}

@ObjectType({ description: 'A file of exposures that plans of this service may read.' })
export class SavedExposures {
  @Field({ description: 'path on the machine of the service: columns unit, variation, exposed_at, revision, and the attributes that the flag keeps' }) path: string;
  @Field(() => SafeInt, { description: 'exposures' }) rows: number;
}

export const FlagConnection = connectionOf('Flag', FlagType);
export const LayerConnection = connectionOf('Layer', LayerType);
export const CreateLayerResult = resultOf('CreateLayerResult', () => LayerType, 'The new layer, or why there is none.');
export const CreateFlagResult = resultOf('CreateFlagResult', () => FlagType, 'The new flag, or why there is none.');
export const ReviseFlagResult = resultOf('ReviseFlagResult', () => FlagType, 'The flag with its new revision, or why there is none.');
export const ArchiveFlagResult = resultOf('ArchiveFlagResult', () => FlagType, 'The flag, archived, or why it was not.');
export const SaveExposuresResult = resultOf('SaveExposuresResult', () => SavedExposures, 'The file, or why there is none.');
