import { runEstimator } from '../../src/stats/estimators/run-estimator.js';
import type { Refusal } from '../../src/stats/refusal.js';
import { categoryOf, frameOf } from '../../src/stats/summaries/frame.js';
import { numericOf } from '../stats/data.js';

type Values = ArrayLike<number> | readonly string[];
const isText = (values: Values): values is readonly string[] => typeof values[0] === 'string';

/** An estimator on columns that play the role of their name, or the roles they are listed under. */
export async function estimate(estimator: string, data: Readonly<Record<string, Values>>, options: object = {}, columns?: Readonly<Record<string, string | readonly string[]>>) {
  const frame = frameOf(Object.entries(data).map(([name, values]) => (isText(values) ? categoryOf(name, values) : numericOf(name, values))));
  return runEstimator({ estimator, data: frame, columns: columns ?? Object.fromEntries(Object.keys(data).map((name) => [name, name])), options }, { seed: 7 });
}

/** The result as plain JSON, of any shape. */
export async function resultOf(...request: Parameters<typeof estimate>) {
  const answer = await estimate(...request);
  if ('refusal' in answer) throw new Error(answer.refusal.detail);
  return JSON.parse(JSON.stringify(answer.result));
}

export async function refusalOf(...request: Parameters<typeof estimate>): Promise<Refusal> {
  const answer = await estimate(...request);
  if ('result' in answer) throw new Error('answered');
  return answer.refusal;
}
