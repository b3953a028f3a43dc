import type { Type } from '@nestjs/common';
import { createUnionType, Field, InputType, ObjectType } from '@nestjs/graphql';
import { z } from 'zod';
import { refusalSchema } from '../../experiment/analysis.js';
import type { Planner } from '../../stats/design/planning/planner.js';
import { allPlanners } from '../../stats/design/planning/run-planner.js';
import { resultOf } from '../graphql/failures.js';
import { Json } from '../graphql/scalars.js';
import { inputType, outputType } from '../graphql/zod-types.js';

/** `risk_aware` -> `RiskAware` for types, `riskAware` for fields. */
const typeName = ({ name }: Pick<Planner, 'name'>): string => name.split('_').map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
const fieldName = (planner: Planner): string => typeName(planner).replace(/^./, (letter) => letter.toLowerCase());
export const plannerByField: ReadonlyMap<string, Planner> = new Map(allPlanners.map((planner) => [fieldName(planner), planner]));

/** What one planner is asked; the table and its columns where it rehearses on history. */
export interface PlannerCall {
  readonly source?: string;
  readonly table?: string;
  readonly columns?: Record<string, string | string[]>;
  readonly options: Record<string, unknown>;
}

function callType(planner: Planner): Type<unknown> {
  const name = `${typeName(planner)}Planner`;
  const options = inputType(planner.options, `${name}Options`, `Options of ${planner.title}.`);
  const call = { [name]: class {} }[name] as Type<unknown>;
  Field(() => options, { description: 'what is known, and two of effect, units and power where a third is asked' })(call.prototype as object, 'options');
  const roles = Object.entries(planner.data);
  if (roles.length > 0) {
    const columns = inputType(z.object(Object.fromEntries(roles.map(([role, { many, required, kind, description }]) => {
      const column = many ? z.array(z.string()) : z.string();
      return [role, (required ? column : column.optional()).describe(`${kind} column${many ? 's' : ''}: ${description}`)];
    }))), `${name}Columns`, `Columns of ${planner.title}.`);
    Field(() => String, { description: 'name of a registered source of files' })(call.prototype as object, 'source');
    Field(() => String, { description: 'table of the source that holds history' })(call.prototype as object, 'table');
    Field(() => columns, { description: 'which columns play which role' })(call.prototype as object, 'columns');
  }
  InputType(`${name}Call`, { description: planner.title })(call);
  return call;
}

/** Exactly one planner with its options. */
export class PlannerChoice { readonly [field: string]: PlannerCall | undefined }
for (const [field, planner] of plannerByField) {
  const call = callType(planner);
  Field(() => call, { nullable: true, description: `${planner.title}: ${planner.formula}` })(PlannerChoice.prototype, field);
}
InputType('PlannerChoice', { isOneOf: true, description: 'Exactly one planner, with its options.' })(PlannerChoice);

const answers = new Map(allPlanners.map((planner) => [planner.name, outputType(planner.result, `${typeName(planner)}Planned`, `Answer of ${planner.title}.`)]));
const RefusalType = outputType(refusalSchema);
export const PlanningAnswer = createUnionType({
  name: 'PlanningAnswer', description: 'What was planned, or why it cannot be said.',
  types: () => [...answers.values(), RefusalType] as Type<object>[],
  resolveType: (value: { planner?: string }) => (value.planner ? answers.get(value.planner) : RefusalType) as Type<object>,
});

@ObjectType({ description: 'One thing that a plan takes for granted.' })
export class PlanningAssumption {
  @Field({ description: 'such as metric.proportion.rate' }) name: string;
  @Field(() => Json, { description: 'what was assumed' }) value: unknown;
  @Field({ description: 'what it means, with its unit' }) meaning: string;
  @Field({ description: 'true: what it is unless somebody says otherwise' }) isDefault: boolean;
}

@ObjectType('Planning', { description: 'Power, sample size, smallest detectable effect or duration, with all that was assumed.' })
export class PlanningType {
  @Field({ description: 'name of the planner' }) planner: string;
  @Field({ description: 'the answer in a sentence' }) sentence: string;
  @Field(() => PlanningAnswer, { description: 'the numbers' }) answer: object;
  @Field(() => [PlanningAssumption], { description: 'everything that went in, defaults too' }) assumptions: PlanningAssumption[];
  @Field(() => [String], { description: 'where the formulas come from' }) references: readonly string[];
  @Field(() => String, { nullable: true, description: 'sha256 of the file of history; null when none was read' }) sha256: string | null;
  @Field({ description: 'version of the code that computed it' }) codeVersion: string;
}
export const PowerResult = resultOf('PowerResult', () => PlanningType, 'The plan, or why there is none.');

@ObjectType({ description: 'Something that can be planned.' })
export class PlannerInfo {
  @Field({ description: 'its name' }) name: string;
  @Field({ description: 'its field of PlannerChoice' }) field: string;
  @Field({ description: 'for people' }) title: string;
  @Field({ description: 'how it is computed' }) formula: string;
  @Field(() => [String], { description: 'where it comes from' }) references: readonly string[];
  @Field(() => Json, { description: 'JSON Schema of its options' }) options: unknown;
  @Field(() => Json, { description: 'JSON Schema of its result' }) result: unknown;
}
export const plannerInfo = (planner: Planner): PlannerInfo => ({
  name: planner.name, field: fieldName(planner), title: planner.title, formula: planner.formula, references: planner.references,
  options: z.toJSONSchema(planner.options, { io: 'input' }), result: z.toJSONSchema(planner.result),
});
