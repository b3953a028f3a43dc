import { expect, it } from '@jest/globals';
import { unsupported } from '../../src/experiment/design/unsupported.js';
import { planSchema, type PlanInput } from '../../src/experiment/plan.js';
import { shopPlan } from './fixtures.js';

const metric = (shape: object) => ({ metrics: [{ kind: 'mean', name: 'revenue', fact: 'orders', value: 'amount', ...shape }], decision: { goals: [{ metric: 'revenue', claim: 'superiority' }] } });

/** What people write, and what they must be told: the sentence says what would be accepted. */
const CASES: readonly [string, object, string, RegExp][] = [
  ['a prior of no kind', { inference: { method: 'bayesian', prior: { mean: 0 } } }, 'inference.prior.kind', /needs its kind: normal, with mean, standardDeviation/],
  ['a normal prior without scale', { inference: { method: 'bayesian', prior: { kind: 'normal', mean: 0.05 } } }, 'inference.prior.standardDeviation', /needs its scale/],
  ['a normal prior of scale 0', { inference: { method: 'bayesian', prior: { kind: 'normal', standardDeviation: 0 } } }, 'inference.prior.standardDeviation', /above 0; to believe nothing, say kind: flat/],
  ['a Beta prior of nothing', { inference: { method: 'beta_binomial', prior: { successes: 0 } } }, 'inference.prior.successes', /half a success/],
  ['looks that go backwards', { inference: { method: 'group_sequential', plannedUnits: 1000, looks: [0.5, 0.4] } }, 'inference.looks', /leave out looks that gained nothing/],
  ['group sequential without an end', { inference: { method: 'group_sequential' } }, 'inference.plannedUnits', /assay power plans them/],
  ['a covariate measured after exposure', metric({ covariate: { pre: '0d..7d' } }), 'metrics.0.covariate', /ends at first exposure/],
  ['a window before exposure', metric({ window: '-7d..0d' }), 'metrics.0.window', /what was before is a covariate/],
  ['a covariate of a quantile', metric({ kind: 'quantile', probability: 0.5, covariate: { pre: '7d' } }), 'metrics.0', /leave covariate out, or compare a mean/],
  ['a cap of a share', metric({ kind: 'proportion', value: undefined, cap: { upper: 1 } }), 'metrics.0', /leave the bound out/],
  ['a cap that is upside down', metric({ cap: { lower: 5, upper: 1 } }), 'metrics.0.cap', /below the upper one/],
  ['e-values of a method without', { correction: 'e_benjamini_hochberg' }, 'correction', /plan one that has/],
  ['attributes of a time without exposures of one', { exposures: { unit: 'user', arm: 'arm', attributes: ['country'], attributesTime: 'known' } }, 'exposures.attributesTime', /name its column in time/],
];

it.each(CASES)('%s is refused where it stands, with what would be accepted', (_, changes, path, says) => {
  const { error } = planSchema.safeParse({ ...shopPlan(), ...changes });
  const issue = error!.issues.find((candidate) => candidate.path.join('.').startsWith(path));
  const sentences = issue ? [issue.message, ...('errors' in issue ? (issue.errors as { message: string }[][]).flat().map(({ message }) => message) : [])] : [];
  expect(sentences.join(' | ')).toMatch(says);
});

it.each(['cluster', 'switchback'] as const)('a %s design refuses what watches units come, and answers with each method that its remedy names', (kind) => {
  const design = kind === 'cluster' ? { kind, cluster: 'shop' } : { kind, bucket: '1h', block: '1h' };
  const asked = (method: string) => {
    const plan = shopPlan({ exposures: { unit: 'user', arm: 'arm', time: 'at' }, segments: [], design, inference: { method } as PlanInput['inference'] });
    return unsupported(plan, plan.metrics[0]!);
  };
  const refused = asked('confidence_sequence')!;
  expect(refused.detail).toMatch(/does not hold with inference confidence_sequence/);
  expect(refused.remedy).toMatch(/a fixed horizon, or bayesian\.$/);
  for (const method of ['fixed', 'bayesian']) expect(asked(method)).toBeNull();
});
