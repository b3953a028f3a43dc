import type { PlanDifference } from './analysis.js';
import { canonicalJson, digestOf } from './canonical.js';
import type { Plan } from './plan.js';

/**
 * sha256 over the canonical JSON of what the plan promises.
 *
 * Two things may change without changing the promise. Where the data are (path, url, name of a data source): the data
 * fingerprint speaks for them. And `asOf`: each look at a running experiment moves it, and a sequential plan allows many looks.
 */
export const planHash = (plan: Plan): string => digestOf(promiseOf(plan));

/**
 * Where the plan that ran departs from the plan that was locked; empty if and only if their hashes agree.
 *
 * Lists of named things are matched by name, so that an inserted metric is one difference and not many. A list that holds
 * the same things in another order is one difference with the two orders.
 */
export const planDifferences = (frozen: Plan, ran: Plan): PlanDifference[] =>
  [...differencesAt('', promiseOf(frozen), promiseOf(ran))];

function promiseOf({ source, asOf: _, ...rest }: Plan): Json {
  return JSON.parse(canonicalJson({ ...rest, source: withoutLocation(source) })) as Json;
}

function withoutLocation(source: Plan['source']): object {
  switch (source.kind) {
    case 'files': return {
      kind: source.kind,
      tables: Object.fromEntries(Object.entries(source.tables).map(([name, { path: _, ...table }]) => [name, table])),
    };
    case 'postgres': return { kind: source.kind, schema: source.schema };
    case 'datasource': return { kind: source.kind };
  }
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
const textOf = (value: Json | undefined): string | null => (value === undefined ? null : canonicalJson(value));

function* differencesAt(path: string, planned: Json | undefined, ran: Json | undefined): Generator<PlanDifference> {
  if (textOf(planned) === textOf(ran)) return;
  if (isObject(planned) && isObject(ran)) return yield* differencesOfMembers(path, planned, ran);
  if (isList(planned) && isList(ran)) {
    const key = nameField(planned, ran);
    if (key) return yield* differencesOfNamed(path, key, planned as readonly JsonObject[], ran as readonly JsonObject[]);
  }
  yield { path, planned: textOf(planned), ran: textOf(ran) };
}

function* differencesOfMembers(path: string, planned: JsonObject, ran: JsonObject): Generator<PlanDifference> {
  for (const key of [...new Set([...Object.keys(planned), ...Object.keys(ran)])].sort()) {
    yield* differencesAt(join(path, key), planned[key], ran[key]);
  }
}

function* differencesOfNamed(path: string, key: string, planned: readonly JsonObject[], ran: readonly JsonObject[]): Generator<PlanDifference> {
  const named = (list: readonly JsonObject[]) => new Map(list.map((item) => [item[key] as string, item]));
  const [before, after] = [named(planned), named(ran)];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    yield* differencesAt(join(path, name), before.get(name), after.get(name));
  }
  const shared = (from: typeof before, other: typeof before) => [...from.keys()].filter((name) => other.has(name));
  yield* differencesAt(`${path} (order)`, shared(before, after), shared(after, before));
}

/** What names the members of a list: metrics and arms have a name, goals and guardrails a metric, waivers an item, features a view. */
const NAME_FIELDS = ['name', 'metric', 'item', 'view'];

/** The field by which all members of both lists are named, each once; undefined when there is none. */
function nameField(planned: readonly Json[], ran: readonly Json[]): string | undefined {
  const names = (list: readonly Json[], field: string) => list.map((item) => (isObject(item) ? item[field] : undefined));
  return NAME_FIELDS.find((field) => [planned, ran].every((list) => {
    const found = names(list, field);
    return found.every((name) => typeof name === 'string') && new Set(found).size === found.length;
  }));
}

/** `metrics.revenue.window`; a name that would blur the path is quoted: `arms["new look"].weight`. */
function join(path: string, key: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
