import { planFolds, type Folds } from '../learners/folds.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { Sample } from './sample.js';

/**
 * Folds of one repetition. Clusters are never parted; with two ways of clustering a block of both is predicted by rows that share
 * neither, from folds x folds blocks. Without clusters, shares of a binary treatment (or instrument) are alike in all folds.
 * @param stratify codes, shape (n); ignored for clusters
 * @see Chiang, Kato, Ma, Sasaki (2022), Journal of Business & Economic Statistics 40(3), for two ways
 */
export function planSampleFolds({ x, clusters }: Sample, folds: number, stratify: ArrayLike<number> | undefined, seed: number, repetition: number): Folds | Refusal {
  const [first, second] = clusters;
  if (!second) return planFolds(x.n, { folds, ...(first && { cluster: first }), ...(stratify && { stratify }) }, seed, repetition);
  const rows = planFolds(x.n, { folds, cluster: first! }, seed, repetition);
  if (isRefusal(rows)) return rows;
  const columns = planFolds(x.n, { folds, cluster: second }, seed, repetition + SECOND_WAY);
  if (isRefusal(columns)) return columns;
  return crossed(rows.fold, columns.fold, folds);
}

/** Apart from every repetition of the first way. */
const SECOND_WAY = 2 ** 20;

function crossed(first: Int32Array, second: Int32Array, folds: number): Folds | Refusal {
  const fold = new Int32Array(first.length).fill(-1);
  const rows = Int32Array.from(first, (_, row) => row);
  const splits = [];
  for (let a = 0; a < folds; a++) {
    for (let b = 0; b < folds; b++) {
      const test = rows.filter((row) => first[row] === a && second[row] === b);
      if (test.length === 0) continue;
      const train = rows.filter((row) => first[row] !== a && second[row] !== b);
      if (train.length === 0) return refuse('too_few_units', 'no rows share neither cluster with a block of both', 'Use fewer folds, or one way of clustering.');
      for (const row of test) fold[row] = splits.length;
      splits.push({ train, test });
    }
  }
  return { fold, splits };
}
