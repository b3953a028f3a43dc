import type { Component, Filter, Metric } from '../../src/experiment/metric.js';
import { factsOf, type Plan } from '../../src/experiment/plan.js';
import type { Summaries } from '../../src/experiment/summaries.js';
import { parseWindow } from '../../src/experiment/vocabulary.js';

/** What the warehouse should say, by plain loops over rows held in memory. It shares no code with the warehouse. */
export type Rows = Readonly<Record<string, readonly object[]>>;
type Row = Record<string, unknown>;
const SECOND = 1e6;
const UNITS: Record<string, number> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

interface Unit { id: unknown; arm: string; at: number | null; segments: string[]; attributes: Row; status: string }
const asTime = (text: string | undefined): number | null => (text === undefined ? null : Date.parse(text) * 1000);
const less = (a: readonly (string | number)[], b: readonly (string | number)[]): boolean => {
  for (let i = 0; i < a.length; i++) { if (a[i]! < b[i]!) return true; if (a[i]! > b[i]!) return false; }
  return false;
};

export function oracle(plan: Plan, tables: Rows): Summaries {
  const told = asTime(plan.asOf);
  const e = plan.exposures;
  const rows = (tables[e.table ?? 'exposures'] as Row[]).filter((row) => {
    if (!e.time) return true;
    const at = row[e.time] as number;
    return (plan.start === undefined || at >= asTime(plan.start)!) && (plan.end === undefined || at < asTime(plan.end)!) && (told === null || at <= told);
  });
  const units = unitsOf(plan, rows);
  const analysed = units.filter((unit) => unit.status === 'analysed');
  const facts = plan.facts.map((fact) => factOf(plan, fact, tables[fact.table ?? fact.name] as Row[], told, units));
  const times = [...(e.time ? rows.map((row) => row[e.time!] as number) : []), ...facts.flatMap((fact) => fact.times)];
  const asOf = told ?? (times.length ? Math.max(...times) : null);
  const iso = (at: number | null | undefined) => (at === null || at === undefined || !Number.isFinite(at) ? null : new Date(at / 1000).toISOString().replace('.000Z', 'Z'));
  const exposureTimes = e.time ? rows.map((row) => row[e.time!] as number) : [];
  return {
    asOf: iso(asOf),
    exposures: {
      rows: rows.length, units: analysed.length,
      nullUnits: rows.filter((row) => row[e.unit] === null).length,
      nullArms: rows.filter((row) => row[e.arm!] === null).length,
      multipleArms: units.filter((unit) => unit.status === 'multiple').length,
      multipleArmsByArm: tally(units.filter((unit) => unit.status === 'multiple').map((unit) => unit.arm)),
      excluded: e.exclude.map(({ name }) => ({ name, units: units.filter((unit) => unit.status === `excluded ${name}`).length })),
      unplannedArms: tally(units.filter((unit) => unit.status === 'unplanned').map((unit) => unit.arm)),
      first: iso(exposureTimes.length ? Math.min(...exposureTimes) : null), last: iso(exposureTimes.length ? Math.max(...exposureTimes) : null),
      arms: plan.arms.map(({ name }) => ({ arm: name, units: analysed.filter((unit) => unit.arm === name).length })),
      segments: plan.segments.flatMap(({ name }, i) => groupsOf(plan, analysed, i).map(({ value, arm, members }) => ({ segment: name, value, arm, units: members.length }))),
      days: daysOf(plan, analysed).map(({ day, arm, members }) => ({ day, arm, units: members.length })),
    },
    facts: facts.map(({ summary, times: at }) => ({ ...summary, first: iso(at.length ? Math.min(...at) : null), last: iso(at.length ? Math.max(...at) : null) })),
    metrics: plan.metrics.map((metric) => metricOf(plan, metric, analysed, new Map(facts.map((fact) => [fact.summary.name, fact.rows])), asOf)),
  };
}

function unitsOf(plan: Plan, rows: readonly Row[]): Unit[] {
  const { unit: unitColumn, time, exclude } = plan.exposures;
  const armColumn = plan.exposures.arm!;
  const ids = [...new Set(rows.filter((row) => row[unitColumn] !== null && row[armColumn] !== null).map((row) => row[unitColumn]))];
  return ids.map((id) => {
    const mine = rows.filter((row) => row[unitColumn] === id && row[armColumn] !== null);
    const segmentsOf = (row: Row) => plan.segments.map(({ column }) => (row[column] === null ? '(none)' : String(row[column])));
    const keyOf = (row: Row) => [time ? row[time] as number : 0, String(row[armColumn]), ...segmentsOf(row)];
    const first = mine.reduce((best, row) => (less(keyOf(row), keyOf(best)) ? row : best));
    const tied = mine.filter((row) => JSON.stringify(keyOf(row)) === JSON.stringify(keyOf(first)));
    const attributes: Row = {};
    for (const name of plan.exposures.attributes) attributes[name] = tied.map((row) => row[name]).reduce((a, b) => ((b as number) < (a as number) ? b : a));
    const arms = new Set(mine.map((row) => String(row[armColumn])));
    const arm = String(first[armColumn]);
    const excluded = exclude.find(({ where }) => mine.some((row) => passes(row, where)));
    const status = excluded ? `excluded ${excluded.name}` : arms.size > 1 ? 'multiple' : plan.arms.some(({ name }) => name === arm) ? 'analysed' : 'unplanned';
    return { id, arm, at: time ? first[time] as number : null, segments: segmentsOf(first), attributes, status };
  });
}

function passes(row: Row, where: readonly Filter[]): boolean {
  return where.every(({ column, op, value }) => {
    const x = row[column] as string | number | boolean | null;
    if (op === 'is_null') return x === null;
    if (x === null) return false;
    if (op === 'not_null') return true;
    if (op === 'in') return (value as unknown[]).includes(x);
    if (op === 'not_in') return !(value as unknown[]).includes(x);
    const y = value as string | number | boolean;
    return { eq: x === y, ne: x !== y, lt: x < y, le: x <= y, gt: x > y, ge: x >= y }[op];
  });
}

function factOf(plan: Plan, fact: Plan['facts'][number], table: readonly Row[], told: number | null, units: readonly Unit[]) {
  const seen = table.filter((row) => !fact.time || told === null || row[fact.time] === null || (row[fact.time] as number) <= told);
  const kept: Row[] = [];
  const ids = new Set<unknown>();
  for (const row of seen) {
    if (fact.id && row[fact.id] !== null) { if (ids.has(row[fact.id])) continue; ids.add(row[fact.id]); }
    kept.push(row);
  }
  const valueColumns = new Set(plan.metrics.flatMap((metric) => partsOf(metric)).filter((part) => part.fact === fact.name && part.aggregate !== 'count' && part.value !== undefined && part.truthy !== true).map((part) => part.value!));
  const notFinite = seen.reduce((sum, row) => sum + [...valueColumns].filter((name) => typeof row[name] === 'number' && !Number.isFinite(row[name])).length, 0);
  const usable = kept.filter((row) => row[fact.unit] !== null && (!fact.time || row[fact.time] !== null));
  return {
    times: fact.time ? seen.filter((row) => row[fact.time!] !== null).map((row) => row[fact.time!] as number) : [],
    rows: usable.map((row) => ({ unit: row[fact.unit], at: fact.time ? row[fact.time] as number : null, row })),
    summary: {
      name: fact.name, rows: seen.length,
      nullUnits: seen.filter((row) => row[fact.unit] === null).length,
      nullTimes: fact.time ? seen.filter((row) => row[fact.time!] === null).length : 0,
      duplicates: seen.length - kept.length, notFinite,
      matched: units.filter(({ id, at }) => usable.some((row) => row[fact.unit] === id && isSeen(plan, fact)(row, at))).length,
    },
  };
}

/** Whether an event lies where some metric of its fact sees it for a unit that was exposed at a time. */
function isSeen(plan: Plan, fact: Plan['facts'][number]): (row: Row, exposedAt: number | null) => boolean {
  const metrics = plan.metrics.filter((metric) => factsOf(metric).includes(fact.name));
  if (!fact.time || !plan.exposures.time) return () => true;
  const windows = metrics.length === 0 ? [{ from: 0, to: Infinity }] : metrics.map((metric) => (metric.window ? parseWindow(metric.window) : { from: 0, to: Infinity }));
  return (row, exposedAt) => {
    const elapsed = ((row[fact.time!] as number) - exposedAt!) / SECOND;
    return windows.some(({ from, to }) => elapsed >= from && elapsed < to);
  };
}

interface Part { fact: string; aggregate: string; value?: string | undefined; where: readonly Filter[]; truthy?: boolean }
function partsOf(metric: Metric): Part[] {
  const part = (component: Component): Part => component;
  switch (metric.kind) {
    case 'mean': case 'quantile': return [metric];
    case 'count': return [{ ...metric, aggregate: 'count' }];
    case 'count_distinct': return [{ ...metric, aggregate: 'count_distinct' }];
    case 'proportion': return [{ ...metric, aggregate: 'any', truthy: metric.value !== undefined }];
    case 'retention': return [{ ...metric, aggregate: 'any' }];
    case 'ratio': return [part(metric.numerator), part(metric.denominator)];
    case 'expression': return Object.values(metric.components).map(part);
    case 'funnel': return [];
  }
}

type Facts = ReadonlyMap<string, readonly { unit: unknown; at: number | null; row: Row }[]>;

function metricOf(plan: Plan, metric: Metric, units: readonly Unit[], facts: Facts, asOf: number | null): Summaries['metrics'][number] {
  const window = /^(\d+)(\w?)\.\.(\d+)(\w)$/.exec(metric.window ?? '');
  const to = window ? Number(window[3]) * UNITS[window[4]!]! * SECOND : Infinity;
  const from = window ? Number(window[1]) * UNITS[window[2] || window[4]!]! * SECOND : 0;
  const covariate = 'covariate' in metric ? metric.covariate : undefined;
  const own = metric.kind === 'ratio' ? ['numerator', 'denominator'] : metric.kind === 'expression' ? Object.keys(metric.components) : ['y'];
  const uptake = plan.design?.kind === 'encouragement' ? plan.design.uptake : undefined;
  const names = uptake ? [...own, 'uptake'] : own;
  const taken = (unit: Unit): (number | null)[] => (!uptake ? [] : ['fact' in uptake ? valueOf({ ...uptake, aggregate: 'any' }, unit, facts, from, to) : Number(unit.attributes[uptake.column])]);
  const mature = units.filter((unit) => to === Infinity || unit.at! + to <= asOf!);
  const measure = (unit: Unit, low: number, high: number): (number | null)[] => (metric.kind === 'funnel'
    ? [completes(metric, unit, facts, low, high)]
    : partsOf(metric).map((part) => valueOf(part, unit, facts, low, high)));
  let kept = mature.map((unit) => ({ unit, y: [...measure(unit, from, to), ...taken(unit)], x: [] as (number | null)[] })).filter(({ y }) => y.every((value) => value !== null));
  let xNames: string[] = [];
  if (covariate && 'pre' in covariate) {
    const match = /^(\d+)(\w)$/.exec(covariate.pre)!;
    xNames = own.map((name) => `x:${name}`);
    kept = kept.map((k) => ({ ...k, x: measure(k.unit, -Number(match[1]) * UNITS[match[2]!]! * SECOND, 0) }));
  } else if (covariate && 'columns' in covariate) {
    xNames = covariate.columns.map((name) => `x:${name}`);
    kept = kept.map((k) => ({ ...k, x: covariate.columns.map((name) => Number(k.unit.attributes[name])) }));
  }
  const bounds: Summaries['metrics'][number]['bounds'] = [];
  const columns = [...names, ...xNames];
  const values = kept.map(({ unit, y, x }) => ({ unit, v: [...y, ...x] }));
  columns.forEach((name, i) => {
    const isPre = xNames.includes(name);
    if (isPre && !(covariate && 'pre' in covariate)) return;
    const base = isPre ? name.slice(2) : name;
    const cap = 'cap' in metric && base !== 'denominator' ? metric.cap : undefined;
    const quantiles = 'winsorise' in metric ? metric.winsorise : undefined;
    const clampTo = (lower: number | undefined, upper: number | undefined) => values.forEach((k) => {
      if (k.v[i] === null) return;
      k.v[i] = Math.max(lower ?? -Infinity, Math.min(upper ?? Infinity, k.v[i]!));
    });
    clampTo(cap?.lower, cap?.upper);
    const sorted = values.map((k) => k.v[i]!).filter((value) => value !== null).sort((a, b) => a - b);
    const lower = quantiles?.lower === undefined ? cap?.lower : quantile(sorted, quantiles.lower);
    const upper = quantiles?.upper === undefined ? cap?.upper : quantile(sorted, quantiles.upper);
    clampTo(lower, upper);
    if (!isPre && (lower !== undefined || upper !== undefined)) bounds.push({ column: name, lower: lower ?? null, upper: upper ?? null });
  });
  columns.forEach((_, i) => {
    const there = values.map((k) => k.v[i]!).filter((value) => value !== null);
    const centre = there.reduce((sum, value) => sum + value, 0) / there.length;
    values.forEach((k) => { k.v[i] ??= centre; });
  });
  const summary = (members: readonly Unit[]) => {
    const mine = values.filter(({ unit }) => members.includes(unit)).map(({ v }) => v as number[]);
    if (metric.kind !== 'quantile') return moments(columns, mine);
    const sorted = mine.map(([y]) => y!).sort((a, b) => a - b);
    const z = 1.959963984540054;
    const reach = z * Math.sqrt((metric.probability * (1 - metric.probability)) / sorted.length);
    const at = (p: number) => quantile(sorted, Math.min(1, Math.max(0, p)));
    return { kind: 'quantile' as const, n: sorted.length, probability: metric.probability, estimate: at(metric.probability), lower: at(metric.probability - reach), upper: at(metric.probability + reach), z };
  };
  const some = (members: readonly Unit[]) => values.some(({ unit }) => members.includes(unit));
  const groups = [
    ...plan.arms.map(({ name }) => ({ arm: name, segment: null, members: units.filter(({ arm }) => arm === name) })),
    ...plan.segments.flatMap(({ name }, i) => groupsOf(plan, units, i).map(({ value, arm, members }) => ({ arm, segment: { name, value }, members }))),
  ];
  return {
    metric: metric.name, outcomes: names, covariates: xNames, bounds,
    immature: units.length - mature.length,
    ...farthestOf(plan, metric, names, values),
    cells: groups.filter(({ members }) => some(members)).map(({ arm, segment, members }) => ({ arm, segment, summary: summary(members) })),
    days: metric.kind === 'quantile' ? [] : daysOf(plan, units).filter(({ members }) => some(members))
      .map(({ day, arm, members }) => ({ day, arm, summary: moments(columns, values.filter(({ unit }) => members.includes(unit)).map(({ v }) => v as number[])) })),
  };
}

const RANGED = new Set(['mean', 'count', 'count_distinct', 'ratio', 'expression']);

function farthestOf(plan: Plan, metric: Metric, names: readonly string[], values: readonly { readonly unit: Unit; readonly v: readonly (number | null)[] }[]) {
  if (!RANGED.has(metric.kind)) return {};
  const farthest = names.filter((name) => name !== 'uptake').flatMap((column) => {
    const at = (v: readonly (number | null)[]): number => v[names.indexOf(column)]!;
    const centre = values.reduce((sum, { v }) => sum + at(v), 0) / values.length;
    return plan.arms.flatMap(({ name: arm }) => {
      const mine = values.filter(({ unit }) => unit.arm === arm).map(({ v }) => Math.abs(at(v) - centre));
      return mine.length === 0 ? [] : [{ arm, column, centre, distance: Math.max(...mine) }];
    });
  });
  return farthest.length === 0 ? {} : { farthest };
}

function valueOf(part: Part, unit: Unit, facts: Facts, low: number, high: number): number | null {
  const rows = facts.get(part.fact)!.filter((event) => event.unit === unit.id && passes(event.row, part.where)
    && (event.at === null || unit.at === null || (event.at - unit.at >= low && event.at - unit.at < high))).map(({ row }) => row);
  const values = part.value === undefined ? [] : rows.map((row) => row[part.value!]).filter((value) => value !== null && (typeof value !== 'number' || Number.isFinite(value)));
  const numbers = values.map(Number);
  switch (part.aggregate) {
    case 'sum': return numbers.reduce((sum, value) => sum + value, 0);
    case 'count': return rows.length;
    case 'count_distinct': return new Set(values).size;
    case 'any': return part.truthy ? Number(rows.some((row) => row[part.value!] === true || (typeof row[part.value!] === 'number' && row[part.value!] !== 0))) : Number(rows.length > 0);
    case 'mean': return numbers.length ? numbers.reduce((sum, value) => sum + value, 0) / numbers.length : null;
    case 'min': return numbers.length ? Math.min(...numbers) : null;
    case 'max': return numbers.length ? Math.max(...numbers) : null;
    default: throw new Error(part.aggregate);
  }
}

function completes(metric: Extract<Metric, { kind: 'funnel' }>, unit: Unit, facts: Facts, low: number, high: number): number {
  let reached = -Infinity;
  for (const step of metric.steps) {
    const times = facts.get(step.fact)!.filter((event) => event.unit === unit.id && passes(event.row, step.where)
      && event.at! - unit.at! >= low && event.at! - unit.at! < high && event.at! >= reached).map(({ at }) => at!);
    if (times.length === 0) return 0;
    reached = Math.min(...times);
  }
  return 1;
}

function moments(columns: string[], rows: readonly number[][]) {
  const n = rows.length;
  const mean = columns.map((_, i) => { const first = rows[0]![i]!; return first + rows.reduce((sum, row) => sum + (row[i]! - first), 0) / n; });
  const scatter = columns.map((_, i) => columns.map((_c, j) => rows.reduce((sum, row) => sum + (row[i]! - mean[i]!) * (row[j]! - mean[j]!), 0)));
  return { kind: 'moments' as const, n, columns, mean, scatter };
}
function quantile(sorted: readonly number[], p: number): number {
  const h = (sorted.length - 1) * p;
  const low = sorted[Math.floor(h)]!;
  return low + (h - Math.floor(h)) * ((sorted[Math.floor(h) + 1] ?? low) - low);
}
const tally = (names: readonly string[]) => [...new Set(names)].sort().map((arm) => ({ arm, units: names.filter((name) => name === arm).length }));
const byteOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
function groupsOf(plan: Plan, units: readonly Unit[], i: number) {
  const values = [...new Set(units.map(({ segments }) => segments[i]!))].sort(byteOrder);
  return values.flatMap((value) => plan.arms.map(({ name }) => ({ value, arm: name, members: units.filter((unit) => unit.arm === name && unit.segments[i] === value) })))
    .filter(({ members }) => members.length > 0);
}
function daysOf(plan: Plan, units: readonly Unit[]) {
  if (units.every(({ at }) => at === null)) return [];
  const dayOf = (unit: Unit) => new Date(unit.at! / 1000).toISOString().slice(0, 10);
  return [...new Set(units.map(dayOf))].sort().flatMap((day) => plan.arms.map(({ name }) => ({ day, arm: name, members: units.filter((unit) => unit.arm === name && dayOf(unit) === day) })))
    .filter(({ members }) => members.length > 0);
}
