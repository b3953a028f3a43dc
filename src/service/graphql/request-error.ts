import { GraphQLError } from 'graphql';

/** An error whose sentence is meant for the caller. Expected failures are members of result unions instead. */
export class RequestError extends GraphQLError {
  constructor(message: string, code: string, http?: { readonly status: number }) {
    super(message, { extensions: { code, ...(http && { http }) } });
  }
}
