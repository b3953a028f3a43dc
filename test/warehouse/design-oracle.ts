import type { Plan } from '../../src/experiment/plan.js';
import type { Summaries } from '../../src/experiment/summaries.js';
import { oracle, type Rows } from './oracle.js';

type Row = Record<string, unknown>;
/** What groups are called while they are counted as a segment. */
const GROUP = 'group of the design';
const TOGETHER = ' / ';
const UNITS: Record<string, number> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/** What the warehouse should say of a design: rows and plan are rewritten by plain loops until the oracle of plain experiments can read them. */
export function designOracle(plan: Plan, tables: Rows): ReturnType<typeof comparable> {
  const rewritten = rewrite(plan, tables as Readonly<Record<string, readonly Row[]>>);
  return comparable(withGroups(plan, oracle(rewritten.plan, rewritten.tables)));
}

/** Groups as moments, so that they are compared like moments. */
export function comparable(summaries: Summaries) {
  return { ...summaries, metrics: summaries.metrics.map(({ groups, ...metric }) => ({ ...metric, ...(groups && { groups: groups.map(({ arm, group, n, mean, scatter }) => (
    { arm, group, hasScatter: scatter !== undefined, summary: { kind: 'moments' as const, n, mean, scatter: scatter ?? mean.map(() => mean.map(() => 0)) } })) }) })) };
}

function rewrite(plan: Plan, tables: Readonly<Record<string, readonly Row[]>>): { plan: Plan; tables: Rows } {
  const { design, exposures: { unit, time, arm } } = plan;
  const exposures = (change: (row: Row) => Row): Readonly<Record<string, readonly Row[]>> => ({ ...tables, exposures: tables['exposures']!.map((row) => ({ ...row, ...change(row) })) });
  const grouped = (column: string): Plan => ({ ...plan, segments: [...plan.segments, { name: GROUP, column }] });
  const armed: Plan = { ...plan, exposures: { ...plan.exposures, arm: 'made' } };
  switch (design?.kind) {
    case 'cluster': return { plan: grouped(design.cluster), tables };
    case 'paired': return { plan: grouped(design.pair), tables };
    case 'stratified': return { plan: grouped('made'), tables: exposures((row) => ({ made: design.columns.map((name) => row[name] ?? '(none)').join(TOGETHER) })) };
    case 'factorial': return { plan: armed, tables: exposures((row) => {
      const levels = design.factors.map(({ column }) => row[column]);
      return { made: levels.includes(null) ? null : levels.join(TOGETHER) };
    }) };
    case 'holdout': return { plan: armed, tables: exposures((row) => ({ made: row[arm!] === null ? null : plan.arms.find(({ control }) => control === design.keys.includes(String(row[arm!])))!.name })) };
    case 'switchback': {
      const [, count, letter] = /^(\d+)(\w)$/.exec(design.bucket)!;
      const length = Number(count) * UNITS[letter!]! * 1e6;
      const origin = design.origin === undefined ? 0 : Date.parse(design.origin) * 1000;
      const named = (row: Row, id: unknown, at: unknown): Row => ({ ...row, made: id === null || at === null ? null : `${String(id)}@${Math.floor((Number(at) - origin) / length)}` });
      const facts = plan.facts.map((fact) => [fact.name, tables[fact.name]!.map((row) => named(row, row[fact.unit], row[fact.time!]))] as const);
      return {
        plan: {
          ...grouped('made'), exposures: { ...plan.exposures, unit: 'made', time: 'began' },
          facts: plan.facts.map((fact) => ({ ...fact, unit: 'made' })), metrics: plan.metrics.map((metric) => ({ ...metric, window: `0m..${design.bucket}` })),
        },
        tables: { ...tables, ...Object.fromEntries(facts), exposures: tables['exposures']!.map((row) => ({ ...named(row, row[unit], row[time!]), began: Math.floor((Number(row[time!]) - origin) / length) * length + origin })) },
      };
    }
    default: return { plan, tables };
  }
}

function withGroups(plan: Plan, { exposures, metrics, ...summaries }: Summaries): Summaries {
  const isGrouped = ['cluster', 'paired', 'stratified', 'switchback'].includes(plan.design!.kind);
  const isOfUnits = !isGrouped || plan.design!.kind === 'stratified';
  const isGroup = ({ segment }: { segment: unknown }): boolean => segment === GROUP || (segment as { name?: string } | null)?.name === GROUP;
  const groups = plan.arms.flatMap(({ name }) => exposures.segments.filter((of) => isGroup(of) && of.arm === name).map(({ arm, value, units }) => ({ arm, group: value, units })));
  return {
    ...summaries,
    exposures: { ...exposures, segments: exposures.segments.filter((of) => !isGroup(of)), ...(isGrouped && { groups }) },
    metrics: metrics.map(({ farthest, ...metric }) => ({
      ...metric, ...(farthest && isOfUnits && { farthest }), cells: metric.cells.filter((cell) => !isGroup(cell)),
      ...(isGrouped && metric.cells[0]?.summary.kind === 'moments' && { groups: metric.cells.filter(isGroup).map(({ arm, segment, summary }) => {
        const { n, mean, scatter } = summary as Extract<typeof summary, { kind: 'moments' }>;
        return { arm, group: segment!.value, n, mean, ...(plan.design!.kind === 'stratified' && { scatter }) };
      }) }),
      days: isOfUnits ? metric.days : [],
    })),
  };
}
