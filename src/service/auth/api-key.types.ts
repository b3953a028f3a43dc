import { Field, GraphQLISODateTime, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { connectionOf } from '../graphql/connection.js';
import { resultOf } from '../graphql/failures.js';
import { type Role, roles } from './roles.js';

export const RoleEnum = Object.fromEntries(roles.map((role) => [role, role])) as { [R in Role]: R };
registerEnumType(RoleEnum, {
  name: 'Role',
  description: 'What a key may do; each role may do what those before it may.',
  valuesMap: {
    evaluator: { description: 'evaluate flags, for applications' },
    viewer: { description: 'read' },
    analyst: { description: 'run experiments and analyses, decide, approve' },
    admin: { description: 'register data sources and manage keys' },
  },
});

@ObjectType('Principal', { description: 'Who is asking.' })
export class PrincipalType {
  @Field({ description: 'name of the key, or demo' }) name: string;
  @Field(() => RoleEnum, { description: 'what it may do' }) role: Role;
  @Field(() => ID, { nullable: true, description: 'id of the key; null in the demo' }) keyId: string | null;
}

@ObjectType('ApiKey', { description: 'A key of the interface. The secret itself is not kept.' })
export class ApiKeyType {
  @Field(() => ID, { description: 'id of the key' }) id: string;
  @Field({ description: 'who or what uses it' }) name: string;
  @Field(() => RoleEnum, { description: 'what it may do' }) role: Role;
  @Field(() => GraphQLISODateTime, { description: 'when it was made' }) createdAt: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'when it was last used, to the minute; null: never' }) lastUsedAt: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'since when it is refused; null: it is valid' }) revokedAt: Date | null;
}

@ObjectType({ description: 'A key that was made now.' })
export class NewApiKey {
  @Field(() => ApiKeyType, { description: 'the key' }) key: ApiKeyType;
  @Field({ description: 'send it as Authorization: Bearer ...; it is shown this once' }) secret: string;
}

export const ApiKeyConnection = connectionOf('ApiKey', ApiKeyType);
export const CreateApiKeyResult = resultOf('CreateApiKeyResult', () => NewApiKey, 'The new key with its secret, or why there is none.');
export const RevokeApiKeyResult = resultOf('RevokeApiKeyResult', () => ApiKeyType, 'The key, revoked, or why it was not.');
