import { formatCounted, formatShare } from '../format.js';
import type { Summaries } from '../summaries.js';
import { informing, NOTABLE_SHARE, type CheckFunction } from './check.js';

interface Gap { readonly sentence: string; readonly status: 'pass' | 'warn' | 'fail' }

/** Rows that cannot be used: no unit, no arm, no time; and fact tables with no rows at all, or none of an exposed unit. */
export const missingData: CheckFunction = (_plan, { exposures, facts }) => {
  const gaps = [
    ...absent('exposures', exposures.rows, [['without a unit', exposures.nullUnits], ['without an arm', exposures.nullArms]]),
    ...facts.flatMap((fact) => gapsOfFact(fact, exposures.units)),
  ];
  const status = (['fail', 'warn'] as const).find((level) => gaps.some((gap) => gap.status === level)) ?? 'pass';
  const said = gaps.map((gap) => gap.sentence);
  if (said.length === 0) return informing('missing_data', 'pass', 'Every row has its unit, its arm and its time.');
  return informing('missing_data', status, said.join(' '));
};

function gapsOfFact(fact: Summaries['facts'][number], exposed: number): Gap[] {
  if (fact.rows === 0) return [{ status: 'fail', sentence: `Fact table ${fact.name} has no rows: its metrics are constant, or the table did not arrive.` }];
  return [
    ...absent(fact.name, fact.rows, [['without a unit', fact.nullUnits], ['without a time', fact.nullTimes]]),
    ...(fact.matched === 0 && exposed > 0 ? [{ status: 'warn' as const, sentence: `${fact.name}: no exposed unit has an event in the window of a metric; if some should have come by now, the tables name units differently.` }] : []),
  ];
}

function absent(table: string, rows: number, lacks: readonly (readonly [string, number])[]): Gap[] {
  return lacks.filter(([, count]) => count > 0).map(([what, count]) => ({
    status: count / rows > NOTABLE_SHARE ? 'warn' : 'pass',
    sentence: `${table}: ${formatCounted(count, 'row')} ${what} (${formatShare(count / rows)}), left out.`,
  }));
}
