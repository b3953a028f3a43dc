/** A property of a JSON Schema, as far as it is shown here. */
interface Property {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly anyOf?: readonly Property[];
  readonly properties?: Readonly<Record<string, Property>>;
  readonly items?: Property;
}
export interface Schema extends Property { readonly $defs?: Readonly<Record<string, Property>> }
export type Line = readonly [name: string, type: string, description: string];

/** The properties of a schema, one line each; an object that was shown before is named instead of shown again. */
export const propertiesOf = (schema: Schema): Line[] => linesOf(schema, schema, '', new Map());

/** Paths of the objects shown so far, by their properties. */
type Shown = Map<string, string>;

/** One line a property; what is inside an object follows it, as `difference.estimate`. */
function linesOf(schema: Schema, property: Property, prefix: string, shown: Shown): Line[] {
  return Object.entries(property.properties ?? {}).flatMap(([name, raw]): Line[] => {
    const path = `${prefix}${name}`;
    const given = raw.default === undefined ? '' : ` (${JSON.stringify(raw.default)})`;
    const before = inside(schema, raw, path, shown);
    const type = typeof before === 'string' ? typeText(schema, raw).replace('object', `as ${before}`) : typeText(schema, raw);
    return [[path, `${type}${given}`, raw.description ?? ''], ...(typeof before === 'string' ? [] : before)];
  });
}

/** Lines of what is inside an object or a list of them; the path where the same object was shown before. */
function inside(schema: Schema, raw: Property, path: string, shown: Shown): Line[] | string {
  const property = resolved(schema, raw);
  if (property.properties) {
    const key = JSON.stringify(property.properties);
    const before = shown.get(key);
    if (before !== undefined) return before;
    shown.set(key, path);
    return linesOf(schema, property, `${path}.`, shown);
  }
  if (property.items) return inside(schema, property.items, `${path}[]`, shown);
  const parts = (property.anyOf ?? []).map((part) => inside(schema, part, path, shown));
  return parts.find((part) => typeof part === 'string') ?? parts.flat() as Line[];
}

const resolved = (schema: Schema, property: Property): Property =>
  (property.$ref === undefined ? property : schema.$defs?.[property.$ref.replace('#/$defs/', '')] ?? property);

function typeText(schema: Schema, raw: Property): string {
  const property = resolved(schema, raw);
  if (property.enum) return property.enum.join(' | ');
  if (property.const !== undefined) return String(property.const);
  if (property.anyOf) return property.anyOf.map((part) => typeText(schema, part)).join(' | ');
  if (property.items) return `list of ${typeText(schema, property.items)}`;
  return [property.type ?? 'any'].flat().join(' | ');
}

/** Columns under each other. */
export function aligned(rows: readonly Line[]): string[] {
  if (rows.length === 0) return ['  none'];
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  return rows.map(([name, type, description]) => `  ${name.padEnd(width(0))}  ${type.padEnd(width(1))}  ${description}`.trimEnd());
}
