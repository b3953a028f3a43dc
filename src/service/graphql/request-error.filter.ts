import { Catch } from '@nestjs/common';
import type { GqlExceptionFilter } from '@nestjs/graphql';
import { RequestError } from './request-error.js';

/** What was said to the caller on purpose is no fault of the service: Nest would log it as one. */
@Catch(RequestError)
export class RequestErrorFilter implements GqlExceptionFilter {
  catch(error: RequestError): RequestError {
    return error;
  }
}
