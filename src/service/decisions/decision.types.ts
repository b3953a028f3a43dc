import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { decisionContentSchema } from '../../experiment/record.js';
import { connectionOf } from '../graphql/connection.js';
import { resultOf } from '../graphql/failures.js';
import { addFields } from '../graphql/zod-types.js';

@ObjectType('Decision', { description: 'A record of the decision chain: never changed, never removed.' })
export class DecisionType {
  @Field(() => ID, { description: 'id of the record' }) id: string;
  @Field({ description: 'sha256 over everything it says and the hash of the record before it' }) hash: string;
  @Field(() => String, { nullable: true, description: 'hash of the record before it; null for the first' }) previousHash: string | null;
  @Field({ description: 'who put it on record: name of the API key' }) createdBy: string;
  @Field(() => [DecisionType], { description: 'approvals of this decision, oldest first' }) approvals: DecisionType[];
}
addFields(DecisionType, decisionContentSchema);

@InputType({ description: 'A model version.' })
export class ModelVersionFilter {
  @Field({ description: 'model registry' }) registry: string;
  @Field({ description: 'name in the registry' }) name: string;
  @Field(() => String, { nullable: true, description: 'version number in the registry; absent: any' }) version?: string;
}

@InputType({ description: 'A feature version.' })
export class FeatureVersionFilter {
  @Field({ description: 'feature store' }) store: string;
  @Field({ description: 'feature view' }) view: string;
  @Field(() => String, { nullable: true, description: 'version of the view; absent: any' }) version?: string;
}

@ObjectType({ description: 'Whether the chain of decisions is whole.' })
export class DecisionChain {
  @Field({ description: 'true when every record has its hash and names its predecessor, and every analysis is the one that was decided on' }) intact: boolean;
  @Field(() => Int, { description: 'how many records were checked' }) records: number;
  @Field(() => String, { nullable: true, description: 'hash of the last record; null when there is none. Write it down elsewhere to notice a chain that was cut short' }) lastHash: string | null;
  @Field(() => Int, { nullable: true, description: 'sequence of the first record that is wrong; null when none is' }) brokenAt: number | null;
  @Field(() => String, { nullable: true, description: 'what is wrong with it; null when nothing is' }) fault: string | null;
}

export const DecisionConnection = connectionOf('Decision', DecisionType);
export const DecideResult = resultOf('DecideResult', () => DecisionType, 'The recorded decision, or why there is none.');
export const ApproveResult = resultOf('ApproveResult', () => DecisionType, 'The recorded approval, or why there is none.');
