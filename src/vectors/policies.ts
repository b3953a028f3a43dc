import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { sharedPolicyEngine } from '../compute/shared-policy-engine.js';
import { learnPolicy } from '../stats/policy/learn-policy.js';
import { actionsOf } from '../stats/policy/policy-tree.js';
import { isRefusal } from '../stats/refusal.js';
import { fields, type Adapter } from './case.js';

/** Rows of numbers below a line of names. */
async function numbersOf(file: string): Promise<number[][]> {
  const [, ...lines] = (await readFile(file, 'utf8')).trim().split(/\r?\n/);
  return lines.map((line) => line.split(',').map(Number));
}

/** policytree's exact trees: `X + Y` are files of covariates and of rewards, and the actions of the tree, from 1, are in a third. */
export const exactPolicies: Adapter = async ({ dataset, spec, expected }, datasets) => {
  const depth = /^policy_tree depth ([1-3])$/.exec(String(fields(spec)['fn']))?.[1];
  const [x, y] = (dataset ?? '').split(' + ');
  const published = /^(\S+\.csv) /.exec(String(fields(expected)['predictions']))?.[1];
  if (!depth || !x || !y || !published) return undefined;
  const [covariates, rewards, actions] = await Promise.all([x, y, published].map((file) => numbersOf(path.join(datasets, file))));
  const columns = covariates![0]!.map((_, j) => Float64Array.from(covariates!, (row) => row[j]!));
  const learned = await learnPolicy(sharedPolicyEngine, {
    columns, rewards: Float64Array.from(rewards!.flat()), actions: rewards![0]!.length, depth: Number(depth), minLeaf: 1, constraints: [],
  });
  if (isRefusal(learned)) return { values: {} };
  return {
    values: { predictions: [...actionsOf(learned.tree, columns)].map((action) => action + 1) },
    instead: { expected: { predictions: actions!.map(([action]) => action!) }, because: `actions of ${published}` },
  };
};
