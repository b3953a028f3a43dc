/** A small shop with every oddity that a warehouse must count: ties, nulls, repeats, strangers, values that are not finite. */
export interface Exposure { unit: number | null; arm: string | null; ts: number; country: string | null; device: string; age: number; is_bot: boolean }
export interface Event { id: string | null; unit: number | null; ts: number | null; kind: string; revenue: number | null; items: number | null; session: string | null; ok: boolean | null }
export interface Call { unit: number | null; ts: number | null; latency: number | null }
export interface Profile { unit: number; score: number | null }
export interface Shop { exposures: Exposure[]; events: Event[]; calls: Call[]; profiles: Profile[] }

export const HOUR = 3_600_000_000;
/** microseconds of 2026-03-10T00:00:00Z */
export const START = Date.parse('2026-03-10T00:00:00Z') * 1000;

/** Small multiplicative generator: the rows are the same in every run and every engine. */
function stream(seed: number): () => number {
  let state = seed;
  return () => { state = (state * 48_271) % 2_147_483_647; return state / 2_147_483_647; };
}

/** Times lie on a grid of six hours, so that events fall on the ends of windows. */
export function shopRows(units = 240, offset = 0): Shop {
  const next = stream(20_260_310);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!;
  const shop: Shop = { exposures: [], events: [], calls: [], profiles: [] };
  for (let unit = 1; unit <= units; unit++) {
    const arm = unit % 41 === 0 ? 'retired' : pick(['control', 'blue', "o'green"]);
    const country = pick(['DE', 'FR', "a'b", null]);
    const device = pick(['ios', 'web']);
    const first = START + Math.floor(next() * 40) * 6 * HOUR;
    const age = 18 + Math.floor(next() * 60);
    shop.exposures.push({ unit, arm, ts: first, country, device, age, is_bot: unit % 37 === 0 });
    // seen again later, with other attributes that must not count
    if (unit % 5 === 0) shop.exposures.push({ unit, arm, ts: first + 12 * HOUR, country: 'XX', device: 'ios', age: 99, is_bot: false });
    // seen twice at the very same time: the smaller attributes count
    if (unit % 11 === 0) shop.exposures.push({ unit, arm, ts: first, country: 'DE', device, age: age + 1, is_bot: false });
    // seen in another arm, sometimes at the same time
    if (unit % 23 === 0) shop.exposures.push({ unit, arm: 'control', ts: unit % 2 ? first : first - 6 * HOUR, country, device, age, is_bot: false });
    if (unit % 3 === 0) shop.profiles.push({ unit, score: unit % 9 === 0 ? null : offset + next() * 3 });
  }
  shop.exposures.push({ unit: null, arm: 'blue', ts: START + 30 * HOUR, country: 'DE', device: 'ios', age: 30, is_bot: false });
  shop.exposures.push({ unit: 1000, arm: null, ts: START + 30 * HOUR, country: 'DE', device: 'ios', age: 30, is_bot: false });
  for (let i = 0; i < units * 14; i++) {
    const row: Event = {
      id: i % 50 === 7 ? null : `e${i}`,
      unit: i % 97 === 0 ? null : 1 + Math.floor(next() * (units + 25)),
      ts: i % 89 === 0 ? null : START + Math.floor(next() * 110 - 40) * 6 * HOUR,
      kind: pick(['view', 'view', 'cart', 'purchase']),
      revenue: i % 61 === 0 ? null : i % 101 === 3 ? NaN : i % 103 === 5 ? Infinity : offset + Math.round(next() * 10_000) / 100,
      items: i % 31 === 0 ? null : Math.floor(next() * 5),
      session: i % 43 === 0 ? null : `s${Math.floor(next() * 6)}`,
      ok: i % 29 === 0 ? null : next() < 0.8,
    };
    shop.events.push(row);
    if (i % 17 === 0) shop.events.push({ ...row });
    if (i % 3 === 0) shop.calls.push({ unit: row.unit, ts: row.ts === null ? null : row.ts + (i % 2) * 6 * HOUR, latency: i % 71 === 0 ? -Infinity : 20 + next() * 400 });
  }
  return shop;
}

const SQL_TYPES: Readonly<Record<keyof Shop, Readonly<Record<string, string>>>> = {
  exposures: { unit: 'bigint', arm: 'varchar', ts: 'timestamp', country: 'varchar', device: 'varchar', age: 'integer', is_bot: 'boolean' },
  events: { id: 'varchar', unit: 'bigint', ts: 'timestamp', kind: 'varchar', revenue: 'double precision', items: 'integer', session: 'varchar', ok: 'boolean' },
  calls: { unit: 'bigint', ts: 'timestamp', latency: 'double precision' },
  profiles: { unit: 'bigint', score: 'double precision' },
};

/** Statements that make the tables of a shop; DuckDB and PostgreSQL take the same text. */
export function shopSql(shop: Shop): string[] {
  return (Object.keys(SQL_TYPES) as (keyof Shop)[]).flatMap((table) => {
    const types = SQL_TYPES[table];
    const columns = Object.entries(types).map(([name, type]) => `"${name}" ${type}`).join(', ');
    const values = shop[table].map((row) => `(${Object.entries(types).map(([name, type]) => literal((row as unknown as Record<string, unknown>)[name], type)).join(', ')})`);
    return [`create table "${table}" (${columns})`, `insert into "${table}" values ${values.join(', ')}`];
  });
}

function literal(value: unknown, type: string): string {
  if (value === null || value === undefined) return 'null';
  if (type === 'timestamp') return `timestamp '${new Date((value as number) / 1000).toISOString().slice(0, 23).replace('T', ' ')}'`;
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === 'number' && !Number.isFinite(value)) return `cast('${Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'}' as double precision)`;
  return String(value);
}
