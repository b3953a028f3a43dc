/** Where a service is and who asks. */
export interface Endpoint {
  /** such as http://127.0.0.1:3000 */
  readonly url: string;
  /** API key; absent on the machine of a demo */
  readonly key?: string;
}

/** The service said no: a sentence, and for bad input a line a field. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  constructor(
    message: string,
    /** NotFound, Conflict, ValidationFailure, or the code of a GraphQL error */
    readonly code: string,
    readonly issues: readonly { readonly path: string; readonly message: string }[] = [],
  ) { super(message); }
}

interface Answer { readonly data?: Record<string, unknown> | null; readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[] }

/** One GraphQL operation. @throws ServiceError when the service cannot be reached or refuses */
export async function request(endpoint: Endpoint, query: string, variables: object = {}): Promise<Record<string, unknown>> {
  const response = await reach(endpoint, '/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) });
  const answer = await response.json().catch(() => ({})) as Answer;
  const [error] = answer.errors ?? [];
  if (error) throw new ServiceError(error.message, error.extensions?.code ?? 'ERROR');
  if (!answer.data) throw new ServiceError(`the service at ${endpoint.url} answered ${response.status} without data`, 'ERROR');
  return answer.data;
}

/** A file that the service serves, by its path. @throws ServiceError when it is not there, or not for this key */
export async function download(endpoint: Endpoint, path: string): Promise<Uint8Array> {
  const response = await reach(endpoint, path, {});
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  const { message } = await response.json().catch(() => ({})) as { readonly message?: string };
  throw new ServiceError(message ?? `the service at ${endpoint.url} answered ${response.status} for ${path}`, response.status === 404 ? 'NotFound' : response.status === 403 ? 'FORBIDDEN' : 'ERROR');
}

const reach = (endpoint: Endpoint, path: string, { headers, ...init }: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }): Promise<Response> =>
  fetch(new URL(path, endpoint.url), { ...init, headers: { ...headers, ...(endpoint.key && { authorization: `Bearer ${endpoint.key}` }) } })
    .catch((error: Error) => { throw new ServiceError(`no service answers at ${endpoint.url}: ${(error.cause as Error | undefined)?.message ?? error.message}`, 'UNREACHABLE'); });

/** What every union of results may hold instead of the result; spread it into a selection. */
export const FAILURES = `
  __typename
  ... on ValidationFailure { message issues { path message } }
  ... on Conflict { message }
  ... on NotFound { message }`;

const failures: ReadonlySet<string> = new Set(['ValidationFailure', 'Conflict', 'NotFound']);

/** The success of a result union. @throws ServiceError for an expected failure */
export function succeeded<T>(value: unknown): T {
  const result = value as { __typename: string; message: string; issues?: ServiceError['issues'] };
  if (failures.has(result.__typename)) throw new ServiceError(result.message, result.__typename, result.issues);
  return value as T;
}
