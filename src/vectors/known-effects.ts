import path from 'node:path';
import { readColumns } from '../sdk/read-columns.js';
import type { Numeric } from '../stats/estimators/estimator.js';
import { fields, type Adapter } from './case.js';

/** Simulated outcomes whose two means are in the file: the effects that estimators are held against. */
export const knownEffects: Adapter = async ({ dataset, expected, spec }, datasets) => {
  if (typeof spec !== 'string' || !spec.includes('mu0/mu1') || !dataset?.endsWith('.csv') || !('n_treated' in fields(expected))) return undefined;
  const { columns } = await readColumns(path.join(datasets, dataset), ['treatment', 'mu0', 'mu1'].map((column) => ({ column, kind: 'numeric' })));
  const [treatment, mu0, mu1] = (columns as Numeric[]).map(({ values }) => values) as [Float64Array, Float64Array, Float64Array];
  const effects = mu1.map((value, i) => value - mu0[i]!);
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const treated = effects.filter((_, i) => treatment[i] === 1);
  return { values: { n: effects.length, n_treated: treated.length, ate: mean(effects), att: mean(treated) } };
};
