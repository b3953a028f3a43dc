import type { Principal } from '../auth/roles.js';
import type { Settling } from './immutable-responses.js';
import type { Loaders } from './loaders.js';

/** What one GraphQL request carries through its resolvers. */
export interface RequestContext {
  readonly principal: Principal | undefined;
  readonly loaders: Loaders;
  readonly settling?: Settling;
}

/** Only for resolvers behind a role, where the guard has made sure of it. */
export function callerOf({ principal }: RequestContext): Principal {
  if (!principal) throw new Error('callerOf needs a resolver that declares a role');
  return principal;
}
