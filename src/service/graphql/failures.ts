import { createUnionType, Field, ObjectType } from '@nestjs/graphql';
import type { Type } from '@nestjs/common';
import type { z } from 'zod';
import { DataError } from '../../warehouse/warehouse.js';

@ObjectType({ description: 'What is wrong with one field of the input.' })
export class FieldIssue {
  @Field({ description: 'where, such as plan.metrics.0.window' }) path: string;
  @Field({ description: 'what is asked of it' }) message: string;
}

@ObjectType({ description: 'The input is not acceptable; nothing was changed.' })
export class ValidationFailure {
  @Field({ description: 'one sentence' }) message: string;
  @Field(() => [FieldIssue], { description: 'one a field' }) issues: FieldIssue[];
}

@ObjectType({ description: 'The state of things does not allow it, or somebody else was first; nothing was changed.' })
export class Conflict {
  @Field({ description: 'one sentence' }) message: string;
}

@ObjectType({ description: 'There is no such thing.' })
export class NotFound {
  @Field({ description: 'one sentence' }) message: string;
}

const made = <T extends object>(type: Type<T>, fields: T): T => Object.assign(new type(), fields);

export const conflict = (message: string): Conflict => made(Conflict, { message });
export const notFound = (what: string, id: string): NotFound => made(NotFound, { message: `there is no ${what} ${id}` });
export const invalid = (path: string, message: string): ValidationFailure =>
  made(ValidationFailure, { message: `${path} ${message}`, issues: [{ path, message }] });

/** @param root the argument that was validated, with which paths begin */
export const validationFailure = (root: string, { issues }: z.ZodError): ValidationFailure =>
  invalidFields(issues.map((issue) => ({ path: [root, ...issue.path].join('.'), message: issue.message })));

export function invalidFields(issues: FieldIssue[]): ValidationFailure {
  const rest = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return made(ValidationFailure, { message: `${issues[0]!.path} ${issues[0]!.message}${rest}`, issues });
}

/** Data that cannot be read as the plan says; any other error goes on. */
export function dataFailure(error: unknown): ValidationFailure {
  if (!(error instanceof DataError)) throw error;
  return invalid(error.path === undefined ? 'plan' : `plan.${error.path}`, error.message);
}

/** Success or one of the expected failures. `success` is recognised by being none of them. */
export function resultOf<Name extends string>(name: Name, success: () => Type<unknown>, description: string) {
  const failures = [ValidationFailure, Conflict, NotFound] as const;
  return createUnionType({
    name, description,
    types: () => [success(), ...failures] as const,
    resolveType: (value: object) => failures.find((failure) => value instanceof failure) ?? success(),
  });
}
