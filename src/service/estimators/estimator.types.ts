import type { Type } from '@nestjs/common';
import { createUnionType, Field, InputType, ObjectType } from '@nestjs/graphql';
import { z } from 'zod';
import { refusalSchema } from '../../experiment/analysis.js';
import type { Estimator, Role } from '../../stats/estimators/estimator.js';
import { estimators } from '../../stats/estimators/index.js';
import { resultOf } from '../graphql/failures.js';
import { Json, SafeInt } from '../graphql/scalars.js';
import { inputType, outputType } from '../graphql/zod-types.js';

/** `two_proportions` -> `TwoProportions` for types, `twoProportions` for fields. */
const typeName = ({ name }: Pick<Estimator, 'name'>): string => name.split(/[^A-Za-z0-9]+/).map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
export const fieldName = (estimator: Pick<Estimator, 'name'>): string => typeName(estimator).replace(/^./, (letter) => letter.toLowerCase());

const registered = estimators as unknown as readonly Estimator[];
export const estimatorByField: ReadonlyMap<string, Estimator> = new Map(registered.map((estimator) => [fieldName(estimator), estimator]));

/** The columns of an estimator, by role, as a zod schema. */
const columnsSchema = ({ data }: Estimator): z.ZodObject => z.object(Object.fromEntries(Object.entries(data).map(([name, role]) => [name, columnSchema(role)])));
function columnSchema({ many, required, kind, description }: Role): z.ZodType {
  const column = many ? z.array(z.string()) : z.string();
  return (required ? column : column.optional()).describe(`${kind} column${many ? 's' : ''}: ${description}`);
}

function callType(estimator: Estimator): Type<unknown> {
  const name = typeName(estimator);
  const columns = inputType(columnsSchema(estimator), `${name}Columns`, `Columns of ${estimator.title}.`);
  const options = inputType(estimator.options, `${name}Options`, `Options of ${estimator.title}.`);
  const call = { [name]: class {} }[name] as Type<unknown>;
  Field(() => columns, { description: 'which columns play which role' })(call.prototype as object, 'columns');
  Field(() => options, { nullable: true, description: 'absent: the defaults' })(call.prototype as object, 'options');
  InputType(`${name}Call`, { description: estimator.title })(call);
  return call;
}

/** Exactly one of the registered estimators, with its columns and options. */
export class EstimatorChoice { readonly [field: string]: { readonly columns: Record<string, string | string[] | null>; readonly options?: Record<string, unknown> | null } | undefined }
for (const [field, estimator] of estimatorByField) {
  const call = callType(estimator);
  Field(() => call, { nullable: true, description: `${estimator.title}: ${estimator.estimand}` })(EstimatorChoice.prototype, field);
}
InputType('EstimatorChoice', { isOneOf: true, description: 'Exactly one estimator, with its columns and options.' })(EstimatorChoice);

const answers = new Map(registered.map((estimator) => [estimator.name, outputType(estimator.result, `${typeName(estimator)}Estimate`, `Result of ${estimator.title}: ${estimator.estimand}.`)]));
const RefusalType = outputType(refusalSchema);
export const EstimateAnswer = createUnionType({
  name: 'EstimateAnswer', description: 'What an estimator found, or why it cannot say.',
  types: () => [...answers.values(), RefusalType] as Type<object>[],
  resolveType: (value: { estimator?: string }) => (value.estimator ? answers.get(value.estimator) : RefusalType) as Type<object>,
});

@ObjectType({ description: 'One estimator on the columns of one table, with what is needed to compute it again.' })
export class Estimation {
  @Field({ description: 'name of the estimator' }) estimator: string;
  @Field(() => EstimateAnswer, { description: 'what it found' }) answer: object;
  @Field({ description: 'sha256 of the file that was read' }) sha256: string;
  @Field(() => SafeInt, { description: 'rows of the file' }) rows: number;
  @Field(() => SafeInt, { description: 'rows left out because a used column is null there' }) droppedRows: number;
  @Field(() => Json, { description: 'options with their defaults' }) options: unknown;
  @Field(() => SafeInt, { description: 'of the random streams' }) seed: number;
  @Field({ description: 'version of the code that computed it' }) codeVersion: string;
}
export const EstimateResult = resultOf('EstimateResult', () => Estimation, 'The estimation, or why there is none.');

@ObjectType({ description: 'A role that a column plays for an estimator.' })
export class EstimatorRole {
  @Field({ description: 'name of the role' }) name: string;
  @Field({ description: 'numeric or category' }) kind: string;
  @Field({ description: 'whether several columns may play it' }) many: boolean;
  @Field({ description: 'whether a column must play it' }) required: boolean;
  @Field({ description: 'whether rows without a value stay: the estimator makes use of them' }) mayBeMissing: boolean;
  @Field({ description: 'what the column holds' }) description: string;
}

@ObjectType({ description: 'A registered estimator.' })
export class EstimatorInfo {
  @Field({ description: 'its name' }) name: string;
  @Field({ description: 'its field of EstimatorChoice' }) field: string;
  @Field({ description: 'for people' }) title: string;
  @Field({ description: 'what is estimated, as a formula' }) estimand: string;
  @Field(() => [String], { description: 'where it comes from' }) references: string[];
  @Field(() => [EstimatorRole], { description: 'the columns that it needs' }) roles: EstimatorRole[];
  @Field(() => Json, { description: 'JSON Schema of its options' }) options: unknown;
  @Field(() => Json, { description: 'JSON Schema of its result' }) result: unknown;
}

export const estimatorInfo = (estimator: Estimator): EstimatorInfo => ({
  name: estimator.name, field: fieldName(estimator), title: estimator.title, estimand: estimator.estimand, references: [...estimator.references],
  roles: Object.entries(estimator.data).map(([name, role]) => ({ name, mayBeMissing: false, ...role })),
  options: z.toJSONSchema(estimator.options, { io: 'input' }),
  result: z.toJSONSchema(estimator.result),
});
