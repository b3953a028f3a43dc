import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import { averageEffect } from '../../src/stats/forest/average-effect.js';
import { binnedRows, chooseBins } from '../../src/stats/forest/binning.js';
import { calibrationTest } from '../../src/stats/forest/calibration-test.js';
import { growCausalForest, type CausalData, type CausalForest } from '../../src/stats/forest/causal-forest.js';
import { doublyRobustScores } from '../../src/stats/forest/doubly-robust-scores.js';
import { predictEffects } from '../../src/stats/forest/effect-prediction.js';
import { forestSettings } from '../../src/stats/forest/forest-settings.js';
import { treesOf } from '../../src/stats/forest/packed-trees.js';
import { leafReader } from '../../src/stats/forest/reference/prediction.js';
import { growRegressionForest } from '../../src/stats/forest/regression-forest.js';
import { growTunedCausalForest } from '../../src/stats/forest/tuned-causal-forest.js';
import { variableImportance } from '../../src/stats/forest/variable-importance.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';
import { dataset, numbers } from './shared.js';

const answered = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(value.detail);
  return value;
};
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const rms = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.sqrt(mean(Array.from(a, (value, i) => (value - b[i]!) ** 2)));

describe('forests against grf 2.6.1 on the same rows', () => {
  let engine: WorkerForestEngine;
  beforeAll(async () => { engine = await createForestEngine({ workers: 2 }); });
  afterAll(() => engine.close());
  /** grf's own settings, so that differences are those of the trees */
  const grow = async (data: CausalData, trees: number, seed: number, equalizeClusters = false): Promise<CausalForest> =>
    answered(await growCausalForest(engine, data, { trees, seed, equalizeClusters, indexTreatment: false, nuisance: { minNodeSize: 5 } }));

  const results = dataset('grf_dgp/grf_results.csv');
  interface Accuracy { readonly ratios: number[]; readonly gaps: number[] }
  /** Ratios of errors of tau(x), and differences of coverage, to grf's on its 12 designs. */
  async function accuracy(growOn: (data: CausalData) => Promise<CausalForest>): Promise<Accuracy> {
    const ratios: number[] = [];
    const gaps: number[] = [];
    for (const dgp of new Set(results!.dgp)) {
      const ours = { rmse: 0, coverage: 0 };
      const theirs = { rmse: 0, coverage: 0 };
      for (const [i, seed] of results!.seed!.entries()) {
        if (results!.dgp![i] !== dgp) continue;
        const rows = dataset(`grf_dgp/grf_dgp_${dgp}_${seed}.csv`)!;
        const pick = (column: string, set: string) => numbers(rows[column]!.filter((_, row) => rows.set![row] === set));
        const features = Object.keys(rows).filter((name) => /^V\d/.test(name));
        const forest = await growOn({ features, x: features.map((name) => pick(name, 'train')), y: pick('Y', 'train'), w: pick('W', 'train') });
        const { estimates, variances } = answered(await predictEffects(engine, forest, Object.fromEntries(features.map((name) => [name, pick(name, 'test')]))));
        const tau = pick('tau', 'test');
        ours.rmse += rms(estimates, tau) / 2;
        ours.coverage += mean(tau.map((value, k) => (Math.abs(value - estimates[k]!) <= 1.959964 * Math.sqrt(variances[k]!) ? 1 : 0))) / 2;
        theirs.rmse += Number(results!.rmse![i]) / 2;
        theirs.coverage += Number(results!.coverage![i]) / 2;
      }
      ratios.push(ours.rmse / theirs.rmse);
      gaps.push(ours.coverage - theirs.coverage);
    }
    expect(ratios).toHaveLength(12);
    return { ratios, gaps };
  }

  (results ? it : it.skip)('at grf\'s leaf size errors of tau(x) are smaller on average and intervals cover as often', async () => {
    const { ratios, gaps } = await accuracy((data) => grow(data, 2000, 1));
    expect(mean(ratios)).toBeLessThan(1);
    expect(Math.max(...ratios)).toBeLessThan(1.1);
    expect(mean(gaps)).toBeGreaterThan(-0.005);
    expect(Math.min(...gaps)).toBeGreaterThan(-0.04);
  }, 120_000);

  (results ? it : it.skip)('as estimators grow them, errors of tau(x) are at most grf\'s on at least 9 of 12 designs and intervals cover more often', async () => {
    const { ratios, gaps } = await accuracy(async (data) => answered(await growTunedCausalForest(engine, data, { trees: 1000, seed: 1 })));
    expect(ratios.filter((ratio) => ratio <= 1).length).toBeGreaterThanOrEqual(9);
    expect(Math.max(...ratios)).toBeLessThan(1.1);
    // grf's have twice the trees; with as many, 0.02 to 0.03
    expect(mean(gaps)).toBeGreaterThan(0);
  }, 120_000);

  const characterised = dataset('grf_core_regression_data.csv', { header: false, separator: ' ' });
  (characterised ? it : it.skip)('a regression forest differs from grf\'s characterised one as much as from itself with another seed', async () => {
    const x = Array.from({ length: 10 }, (_, j) => numbers(characterised![`c${j}`]!));
    const y = numbers(characterised!.c10!);
    const grf = numbers(dataset('grf_core_regression_predictions.csv', { header: false })!.c0!);
    const rows = binnedRows(chooseBins(x), x, null);
    const settings = { trees: 50, bagTrees: 1, honestyFraction: null, sampleFraction: 0.7, mtry: 3, minNodeSize: 1, alpha: 0 } as const;
    const predictions: Float64Array[] = [];
    for (let seed = 1; seed <= 6; seed++) {
      const { trees, centre, scale } = answered(await growRegressionForest(engine, rows, y, null, forestSettings(10, { ...settings, seed }), 1, true));
      const readers = trees.segments.flatMap((segment) => [...treesOf(segment, 2)].map((tree) => leafReader(segment, tree, 2)));
      predictions.push(y.map((_, row) => centre + scale * mean(readers.map((read) => read(rows.bins, row * 10)[0]!))));
    }
    const toSelf = mean([0, 2, 4].map((i) => rms(predictions[i]!, predictions[i + 1]!)));
    const toGrf = mean(predictions.map((prediction) => rms(prediction, grf)));
    expect(toGrf / toSelf).toBeGreaterThan(0.9);
    expect(toGrf / toSelf).toBeLessThan(1.1);
  });

  const ihdp = [
    { rep: 1, ate: 3.9503885557, att: 3.9032004043, se: 0.10196021673, pehe: 0.58021208146 },
    { rep: 2, ate: 4.0018231956, att: 3.869578589, se: 0.10289658197, pehe: 0.57972438493 },
    { rep: 3, ate: 4.0415495041, att: 3.9498310571, se: 0.10003072226, pehe: 0.56993493854 },
    { rep: 4, ate: 4.1564531546, att: 3.9954231812, se: 0.12087770528, pehe: 1.5273805209 },
    { rep: 5, ate: 4.1297353644, att: 4.1071175039, se: 0.15667792188, pehe: 2.0174188997 },
  ];
  const growOnIhdp = async (rep: number) => {
    const rows = dataset(`ihdp_npci_${rep}.csv`)!;
    const features = Object.keys(rows).filter((name) => /^x\d/.test(name));
    const data = { features, x: features.map((name) => numbers(rows[name]!)), y: numbers(rows.y_factual!), w: numbers(rows.treatment!) };
    const forest = await grow(data, 2000, 1);
    const mu0 = numbers(rows.mu0!);
    const scores = answered(await doublyRobustScores(engine, forest));
    return {
      pehe: rms(forest.tauHat, numbers(rows.mu1!).map((value, i) => value - mu0[i]!)),
      all: answered(averageEffect(forest, scores, 'all')), treated: answered(averageEffect(forest, scores, 'treated')),
    };
  };
  (dataset('ihdp_npci_1.csv') ? it : it.skip).each(ihdp)('IHDP $rep: averages within 0.35 standard errors of grf\'s, errors within 5 %, PEHE within 1 %', async ({ rep, ate, att, se, pehe }) => {
    const ours = await growOnIhdp(rep);
    expect(ours.pehe).toBeLessThan(1.01 * pehe);
    expect(Math.abs(ours.all.estimate - ate)).toBeLessThan(0.35 * se);
    expect(Math.abs(ours.all.standardError / se - 1)).toBeLessThan(0.05);
    expect(Math.abs(ours.treated.estimate - att)).toBeLessThan(0.35 * se);
  });

  const nslm = dataset('nslm_acic18_synthetic.csv');
  (nslm ? it : it.skip)('National Study of Learning Mindsets: clustered average effect 0.248 (0.020), and (0.011) without clusters', async () => {
    const names = Object.keys(nslm!).filter((name) => !['schoolid', 'Z', 'Y'].includes(name));
    const column = (name: string) => numbers(nslm![name]!);
    const cluster = Int32Array.from(nslm!.schoolid!, Number);
    const base = { y: column('Y'), w: column('Z') };
    const first = await grow({ ...base, features: names, x: names.map(column), cluster }, 1000, 1, true);
    const importance = variableImportance(first.trees, names.length);
    const features = names.filter((_, j) => importance[j]! > 1 / names.length);
    const second = await grow({ ...base, features, x: features.map(column), cluster, yHat: first.yHat, wHat: first.wHat }, 2000, 2, true);
    const clustered = answered(averageEffect(second, answered(await doublyRobustScores(engine, second)), 'all'));
    expect(Math.abs(clustered.estimate - 0.24774164093)).toBeLessThan(0.01);
    expect(Math.abs(clustered.standardError - 0.020283658258)).toBeLessThan(0.002);
    const calibration = answered(calibrationTest(second, 0.95));
    expect(Math.abs(calibration.mean.estimate - 1)).toBeLessThan(0.05);
    expect(Math.abs(calibration.mean.standardError - 0.0828)).toBeLessThan(0.01);
    const plain = await grow({ ...base, features, x: features.map(column) }, 1000, 2);
    const ignored = answered(averageEffect(plain, answered(await doublyRobustScores(engine, plain)), 'all'));
    expect(Math.abs(ignored.estimate - 0.2531904994)).toBeLessThan(0.01);
    expect(Math.abs(ignored.standardError - 0.011413704075)).toBeLessThan(0.0005);
  }, 120_000);
});
