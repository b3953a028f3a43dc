import { OptionsError, type Estimator } from '../stats/estimators/estimator.js';
import { nearest } from '../warehouse/nearest.js';
import type { Wanted } from './raw-columns.js';
import type { Spec } from './spec.js';

/**
 * Columns that the roles of an estimator or planner ask for, each once. One that plays a numeric and a categorical role is read as
 * numbers: numbers make labels, labels do not make numbers.
 * @throws OptionsError for a role that the estimator does not have
 */
export function wantedBy(estimator: Pick<Estimator, 'name' | 'data'>, columns: Spec['columns']): Wanted[] {
  const roles = Object.keys(estimator.data);
  const wanted = new Map<string, Wanted>();
  for (const [name, given] of Object.entries(columns)) {
    const role = estimator.data[name];
    if (!role) throw new OptionsError(`${estimator.name} has no role "${name}"${nearestText(name, roles)} (it has ${roles.join(', ') || 'none'})`, ['columns', name]);
    for (const column of [given].flat()) {
      const known = wanted.get(column);
      wanted.set(column, {
        column, kind: known?.kind === 'numeric' ? 'numeric' : role.kind, mayBeMissing: role.mayBeMissing === true && known?.mayBeMissing !== false,
      });
    }
  }
  return [...wanted.values()];
}

export function nearestText(name: string, candidates: readonly string[]): string {
  const near = nearest(name, candidates);
  return near === undefined ? '' : `; the nearest is "${near}"`;
}
