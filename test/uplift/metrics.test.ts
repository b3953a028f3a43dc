import { describe, expect, it } from '@jest/globals';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';
import { stream } from '../../src/stats/numeric/random.js';
import { auucScore, qiniScore } from '../../src/stats/uplift/conventions/causalml.js';
import { qiniAucScore, upliftAtK, upliftAucScore } from '../../src/stats/uplift/conventions/scikit-uplift.js';
import { effectScores } from '../../src/stats/uplift/effect-scores.js';
import { compareRankings, judgeRanking, type JudgedRanking } from '../../src/stats/uplift/judge-ranking.js';

/** Numbers of scikit-uplift 0.5.1 and CausalML 0.18.0 for rows of the generator s -> 1103515245 s + 12345 mod 2^31, drawn as in `congruentialRows`. */
const PACKAGES = [
  { seed: 1, n: 40, ties: false, qini: 0.05955229149156586, qiniNoNegative: 0.11461948987435105, uplift: 0.04067394670859255, overall: -0.1111111111111111, byGroup: 0.23333333333333336, auuc: 4.158437721255814, auucNormalised: 0.5563315329788183, causalQini: 0.17225269235199006, causalQiniNormalised: 0.051210259888429525 },
  { seed: 2, n: 200, ties: false, qini: 0.24052774633539367, qiniNoNegative: 0.5778613828658841, uplift: 0.23516065348969906, overall: 0.44107744107744107, byGroup: 0.43634259259259256, auuc: 34.32333214071728, auucNormalised: 0.7585334256009048, causalQini: 5.358839117551792, causalQiniNormalised: 0.2574531248645878 },
  { seed: 3, n: 200, ties: true, qini: 0.09831806988824568, qiniNoNegative: 0.22466314601849607, uplift: 0.0874955871180637, overall: 0.3125, byGroup: 0.39855072463768115 },
  { seed: 4, n: 1000, ties: true, qini: 0.1698257325318854, qiniNoNegative: 0.4706400899546242, uplift: 0.1882730435871229, overall: 0.3415664608384791, byGroup: 0.3531404504669474 },
] as const;
/** Sums in another order. */
const DIGITS = 10;

function congruentialRows({ seed, n, ties }: { readonly seed: number; readonly n: number; readonly ties: boolean }) {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 2 ** 31;
  };
  const rows = Array.from({ length: n }, () => {
    const [a, b, c] = [next(), next(), next()];
    const treated = Number(a < 0.4);
    return { treated, score: ties ? Math.round((b - 0.3) * 10) / 10 : b - 0.3, outcome: Number(c < 0.2 + 0.3 * treated * Number(b > 0.4)) };
  });
  return { treated: rows.map((row) => row.treated), score: rows.map((row) => row.score), outcome: rows.map((row) => row.outcome) };
}

describe('conventions of other packages', () => {
  it.each(PACKAGES)('scikit-uplift: $n rows, ties $ties', (expected) => {
    const rows = congruentialRows(expected);
    expect(qiniAucScore(rows)).toBeCloseTo(expected.qini, DIGITS);
    expect(qiniAucScore(rows, false)).toBeCloseTo(expected.qiniNoNegative, DIGITS);
    expect(upliftAucScore(rows)).toBeCloseTo(expected.uplift, DIGITS);
    expect(upliftAtK(rows, 'overall', 0.3)).toBeCloseTo(expected.overall, DIGITS);
    expect(upliftAtK(rows, 'by_group', 0.3)).toBeCloseTo(expected.byGroup, DIGITS);
  });

  it.each(PACKAGES.flatMap((expected) => ('auuc' in expected ? [expected] : [])))('CausalML: $n rows', (expected) => {
    const rows = congruentialRows(expected);
    expect(auucScore(rows, false)).toBeCloseTo(expected.auuc, DIGITS);
    expect(auucScore(rows)).toBeCloseTo(expected.auucNormalised, DIGITS);
    expect(qiniScore(rows, false)).toBeCloseTo(expected.causalQini, DIGITS);
    expect(qiniScore(rows)).toBeCloseTo(expected.causalQiniNormalised, DIGITS);
  });
});

interface Sample { readonly outcome: Float64Array; readonly treated: Uint8Array; readonly score: Float64Array; readonly weight: Float64Array | null; readonly cluster: Int32Array | null; readonly cost: Float64Array }

function sampleOf(n: number, { isWeighted = false, clusterSize = 1 } = {}): Sample {
  const random = stream(77, n);
  const score = Float64Array.from({ length: n }, () => Math.round(random.uniform() * 20));
  const treated = Uint8Array.from({ length: n }, () => Number(random.bernoulli(0.3)));
  return {
    score, treated,
    outcome: score.map((s, i) => s / 10 + treated[i]! * (s / 20) + random.normal()),
    weight: isWeighted ? Float64Array.from({ length: n }, () => 0.5 + random.uniform()) : null,
    cluster: clusterSize > 1 ? Int32Array.from({ length: n }, (_, i) => Math.floor(i / clusterSize)) : null,
    cost: Float64Array.from({ length: n }, () => random.uniform()),
  };
}

function answered<T>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw new Error(answer.detail);
  return answer;
}
function judge({ outcome, treated, score, weight, cluster, cost }: Sample, fractions: readonly number[] = [0.3, 1]): JudgedRanking {
  const scores = answered(effectScores({ outcome, treated, weight, propensity: null, expected: null }));
  return answered(judgeRanking({ scores, score, weight, cluster, cost, value: 2, fractions }));
}
const without = ({ outcome, treated, score, weight, cluster, cost }: Sample, drop: (i: number) => boolean): Sample => {
  const keep = (_: unknown, i: number): boolean => !drop(i);
  return { outcome: outcome.filter(keep), treated: treated.filter(keep), score: score.filter(keep), weight: weight && weight.filter(keep), cluster: cluster && cluster.filter(keep), cost: cost.filter(keep) };
};
const figures = ({ qini, auuc, average, netQini, points: [first] }: JudgedRanking) =>
  ({ qini, auuc, average, netQini: netQini!, gain: first!.gain, uplift: first!.uplift, overRandom: first!.overRandom!, net: first!.net! });

describe('gain curve', () => {
  it('ends at the difference in means, and its areas are those of the curve itself', () => {
    const data = sampleOf(400);
    const grid = Array.from({ length: 1000 }, (_, k) => (k + 0.5) / 1000);
    const { average, auuc, qini, points } = judge(data, grid);
    const mean = (arm: number) => { const ys = data.outcome.filter((_, i) => data.treated[i] === arm); return ys.reduce((a, b) => a + b, 0) / ys.length; };
    expect(average.estimate).toBeCloseTo(mean(1) - mean(0), DIGITS);
    // straight pieces of at least 0.01: the middles of 1000 cells are off by less than 1e-5 of the slope
    expect(points.reduce((sum, { gain }) => sum + gain.estimate, 0) / 1000).toBeCloseTo(auuc.estimate, 4);
    expect(points.reduce((sum, { overRandom }) => sum + overRandom!.estimate, 0) / 1000).toBeCloseTo(qini.estimate, 4);
  });

  it('does not depend on the order of rows, ties or not', () => {
    const data = sampleOf(300);
    const order = Int32Array.from(data.score.keys());
    stream(1).shuffle(order);
    const moved = { ...data, outcome: data.outcome.map((_, i) => data.outcome[order[i]!]!), treated: data.treated.map((_, i) => data.treated[order[i]!]!), score: data.score.map((_, i) => data.score[order[i]!]!), cost: data.cost.map((_, i) => data.cost[order[i]!]!) };
    for (const [name, { estimate, standardError }] of Object.entries(figures(judge(moved)))) {
      expect({ name, value: estimate }).toEqual({ name, value: expect.closeTo(figures(judge(data))[name as 'qini'].estimate, DIGITS) });
      expect(standardError).toBeCloseTo(figures(judge(data))[name as 'qini'].standardError, DIGITS);
    }
  });

  /** The jackknife knows no influence function; the slope at a threshold is smoothed, so that points agree less closely than areas. */
  const JACKKNIFE = { areas: 0.03, points: 0.08 } as const;

  it.each([
    ['units', sampleOf(300)], ['weighted units', sampleOf(300, { isWeighted: true })], ['clusters', sampleOf(300, { clusterSize: 3 })],
  ] as const)('errors over %s are those of the jackknife', (_, data) => {
    const groups = data.cluster ? Math.max(...data.cluster) + 1 : data.outcome.length;
    const left = Array.from({ length: groups }, (_, g) => figures(judge(without(data, (i) => (data.cluster ? data.cluster[i]! : i) === g))));
    for (const [name, { standardError }] of Object.entries(figures(judge(data)))) {
      const values = left.map((answer) => answer[name as 'qini'].estimate);
      const mean = values.reduce((a, b) => a + b, 0) / groups;
      const jackknife = Math.sqrt(((groups - 1) / groups) * values.reduce((sum, value) => sum + (value - mean) ** 2, 0));
      const isArea = ['qini', 'auuc', 'average', 'netQini'].includes(name);
      expect({ name, ratio: standardError / jackknife }).toEqual({ name, ratio: expect.closeTo(1, -Math.log10(2 * (isArea ? JACKKNIFE.areas : JACKKNIFE.points))) });
    }
  });

  it('compares two scores by unit: the difference is that of their Qini, and its error is smaller than of two samples', () => {
    const data = sampleOf(400);
    const rival = data.score.map((s, i) => s + 8 * Math.sin(i));
    const scores = answered(effectScores({ ...data, propensity: null, expected: null }));
    const { first, second, difference } = answered(compareRankings({ ...data, cost: null, scores, value: 1, fractions: [1] }, rival));
    expect(difference.estimate).toBeCloseTo(first.estimate - second.estimate, DIGITS);
    expect(difference.standardError).toBeLessThan(Math.hypot(first.standardError, second.standardError));
  });

  const ask = (change: Partial<Sample> & { propensity?: Float64Array }) => {
    const data = { ...sampleOf(100), ...change };
    const scores = effectScores({ ...data, propensity: change.propensity ?? null, expected: null });
    return isRefusal(scores) ? scores : judgeRanking({ ...data, scores, value: 1, fractions: [0.5] });
  };
  it.each([
    ['a constant treatment', 'too_few_units', { treated: new Uint8Array(100) }],
    ['one treated unit', 'too_few_units', { treated: Uint8Array.from({ length: 100 }, (_, i) => Number(i === 3)) }],
    ['a constant outcome', 'zero_variance', { outcome: new Float64Array(100).fill(1), cost: new Float64Array(100) }],
    ['a constant score', 'zero_variance', { score: new Float64Array(100).fill(0.2) }],
    ['negative costs', 'unsupported_combination', { cost: new Float64Array(100).fill(-1) }],
    ['negative weights', 'unsupported_combination', { weight: new Float64Array(100).map((_, i) => (i === 0 ? -1 : 1)) }],
    ['one cluster', 'too_few_units', { cluster: new Int32Array(100) }],
    ['a propensity of 1', 'no_overlap', { propensity: new Float64Array(100).fill(1) }],
  ] as const)('refuses %s', (_, reason, change) => {
    expect(ask(change as Partial<Sample>)).toMatchObject({ status: 'refused', reason });
  });
});
