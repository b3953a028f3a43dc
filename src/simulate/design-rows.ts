import { inferenceOf } from '../experiment/compare/inference-of.js';
import { presentLook } from '../experiment/compare/look.js';
import { metricOutcomes } from '../experiment/compare/metric-outcomes.js';
import { contrastRows, type Row as ComparisonRow } from '../experiment/compare/rows.js';
import { designFindings } from '../experiment/design/findings.js';
import { planSchema, type PlanInput } from '../experiment/plan.js';
import type { Effect } from '../stats/effects/effect.js';
import type { ConfidenceSet } from '../stats/inference/inference.js';
import type { RandomStream } from '../stats/numeric/random.js';
import type { Refusal } from '../stats/refusal.js';
import { clusterProcess, combinedProcess, encouragementProcess, factorialProcess, holdoutProcess, marketProcess, regionsProcess, rerandomisedProcess, stratifiedProcess, stratifiedRatioProcess, wildPairProcess, type DesignProcess } from '../stats/simulate/designs.js';
import { answered, truthOf } from '../stats/simulate/two-arm-truth.js';
import { summariesOf } from './plan-summaries.js';
import { ALPHA, COVERAGE, REPLICATES, SIZE, type Figure, type Row } from './row.js';

type Metric = PlanInput['metrics'][number];
type Changes = Partial<Omit<PlanInput, 'metrics'>>;

interface DesignCase {
  /** in the words of the field */
  readonly title: string;
  readonly changes: Changes;
  readonly metric?: Metric;
  /** the process at a lift or effect; 0: of no effect at all */
  process(effect: number): DesignProcess;
  readonly effect: number;
  /** what is read of the plan: the first contrast, or what this says */
  readonly contrast?: string;
  readonly finding?: string;
  /** of what is read, where it is not the difference of the process */
  truth?(effect: number): number;
  readonly scales?: readonly ('difference' | 'lift')[];
  readonly coverage?: Pick<Figure, 'least' | 'most'>;
  readonly size?: Pick<Figure, 'least' | 'most'>;
  readonly replicates?: number;
  readonly brief: number;
}

const mean: Metric = { name: 'value', kind: 'mean', fact: 'events', value: 'value' };
const ratio: Metric = { name: 'value', kind: 'ratio', numerator: { fact: 'events', value: 'value' }, denominator: { fact: 'events', aggregate: 'count' } };
const adjustedFor = (...columns: string[]): Metric => ({ ...mean, covariate: { columns } });
const arms = (...names: string[]): PlanInput['arms'] => names.map((name, i) => ({ name, weight: 1 / names.length, control: i === 0 }));

/** From the summaries of drawn units to the interval and p-value of a plan's comparison. */
function designRow({ title, changes, metric = mean, process, effect, contrast, finding, truth, scales = ['difference', 'lift'], coverage = COVERAGE, size = SIZE, replicates = REPLICATES, brief }: DesignCase): Row {
  return {
    group: 'designs', name: `${title}: ${process(effect).words}`, replicates, brief,
    covers: changes.design && coverage.least !== null ? [`design:${changes.design.kind}`] : [],
    async prepare() {
      const plan = planSchema.parse({
        name: 'design', source: { kind: 'datasource', name: 'simulated' }, exposures: { unit: 'unit', arm: 'arm', time: 'at', attributes: ['x0', 'x1', 'group', 'uptake'] },
        facts: [{ name: 'events', unit: 'unit', time: 'at' }], metrics: [metric], arms: arms('control', 'treated'),
        decision: { goals: [{ metric: 'value', claim: 'superiority' }] }, ...changes,
      } satisfies PlanInput);
      const outcomes = await metricOutcomes(plan);
      const read = (random: RandomStream, at: number) => {
        const summaries = summariesOf(plan, process(at).draw(random));
        const inference = inferenceOf(plan, presentLook(plan, summaries));
        if (finding !== undefined) return { inference, difference: answered(designFindings(plan, summaries, outcomes).find(({ quantity }) => quantity === finding)!.effect), lift: undefined };
        const found = [...contrastRows(plan, summaries, outcomes, inference)].find(({ treatment }) => contrast === undefined || treatment.arm === contrast) as ComparisonRow;
        const { difference, lift } = answered(found.contrast);
        return { inference, difference, lift };
      };
      const { difference, lift } = truthOf(process(effect));
      const truths = { difference: truth ? truth(effect) : difference, lift };
      return {
        figures: [...scales.map((scale) => ({ name: `coverage of the ${scale}`, ...coverage })), { name: 'false positives at no effect', ...size }],
        replicate(random) {
          const seen = read(random.split(0), effect);
          const none = read(random.split(1), 0);
          return [
            ...scales.map((scale) => Number(holds(seen.inference.interval(effectOf(seen[scale]), ALPHA, null), truths[scale]))),
            Number(none.inference.pValue(effectOf(none.difference), null) <= ALPHA),
          ];
        },
      };
    },
  };
}

const effectOf = (effect: Effect | Refusal | undefined): Effect => answered(effect!);

const holds = ({ shape, lower, upper }: ConfidenceSet, truth: number): boolean =>
  (shape === 'line' ? true : shape === 'complement' ? truth <= lower! || truth >= upper! : lower! <= truth && truth <= upper!);

const cluster = { kind: 'cluster', cluster: 'group' } as const;
const market = { kind: 'switchback', bucket: '1h' } as const;
const twoFactors: Changes = {
  exposures: { unit: 'unit', time: 'at' }, arms: arms('0 / 0', '0 / 1', '1 / 0', '1 / 1'),
  design: { kind: 'factorial', factors: [{ name: 'colour', column: 'x0' }, { name: 'size', column: 'x1' }] },
};
const encouraged = (leastF: number) => ({ kind: 'encouragement', uptake: { column: 'uptake' }, leastF } as const);
const SHOWN = { least: null, most: null } as const;
const NO_LESS = { least: 0.945, most: null } as const;
const NO_MORE = { least: null, most: 0.055 } as const;
/** A sign-flip test of 12 pairs can have no level but multiples of 2 in 4,096. */
const COINS = 12;

/** Every design of a plan, from summaries to interval and p-value. */
export const designRows: readonly Row[] = [
  designRow({ title: 'clusters, mean', changes: { design: cluster }, process: (lift) => clusterProcess(20, lift), effect: 0.1, brief: 100 }),
  designRow({ title: 'clusters, mean', changes: { design: cluster }, process: (lift) => clusterProcess(40, lift), effect: 0.1, brief: 0 }),
  designRow({ title: 'clusters, adjusted', changes: { design: cluster }, metric: adjustedFor('x0'), process: (lift) => clusterProcess(40, lift, 1), effect: 0.1, brief: 50 }),
  designRow({ title: 'switchback, one lag', changes: { design: { ...market, block: '3h', lags: 1 } }, process: (effect) => marketProcess(80, 3, effect, effect / 2), effect: 1, brief: 30 }),
  designRow({ title: 'switchback, carry-over of one lag', changes: { design: { ...market, block: '3h', lags: 1 } }, process: (effect) => marketProcess(80, 3, 1, effect), effect: 0.8, finding: 'carry-over into later buckets', truth: (effect) => effect, scales: ['difference'], brief: 0 }),
  designRow({ title: 'switchback, burn-in over the carry-over', changes: { design: { ...market, block: '4h', burnIn: 1 } }, process: (effect) => marketProcess(80, 4, effect, effect / 2), effect: 1, brief: 30 }),
  designRow({ title: 'switchback, regions', changes: { design: { ...market, block: '2h' } }, process: (effect) => regionsProcess(10, effect), effect: 1, brief: 30 }),
  designRow({ title: 'strata', changes: { design: { kind: 'stratified', columns: ['group'] } }, metric: adjustedFor('x0'), process: (lift) => stratifiedProcess(600, true, lift), effect: 0.1, brief: 40 }),
  designRow({ title: 'strata, ratio', changes: { design: { kind: 'stratified', columns: ['group'] } }, metric: ratio, process: (lift) => stratifiedRatioProcess(600, lift), effect: 0.08, brief: 40 }),
  designRow({ title: 're-randomised, adjusted for what was balanced', changes: { design: { kind: 'rerandomised', covariates: ['x0', 'x1'] } }, metric: adjustedFor('x0', 'x1'), process: (effect) => rerandomisedProcess(200, effect), effect: 0.5, brief: 40 }),
  designRow({ title: 'factors, main effect', changes: twoFactors, process: (effect) => factorialProcess(240, effect), effect: 1, contrast: 'colour: 1', truth: (effect) => 1 + effect / 2, scales: ['difference'], size: SHOWN, brief: 60 }),
  designRow({ title: 'factors, interaction', changes: twoFactors, process: (effect) => factorialProcess(240, effect), effect: 1, contrast: 'colour: 1 x size: 1', truth: (effect) => effect, scales: ['difference'], brief: 60 }),
  designRow({ title: 'complier effect', changes: { design: encouraged(10) }, process: (effect) => encouragementProcess(600, effect), effect: 1, scales: ['difference'], brief: 60 }),
  designRow({ title: 'complier effect, however weak', changes: { design: encouraged(0) }, process: (effect) => encouragementProcess(300, effect, 0.2, 'dose'), effect: 1, scales: ['difference'], brief: 60 }),
  designRow({ title: 'holdout', changes: { arms: arms('held', 'others'), design: { kind: 'holdout', keys: ['held'] } }, process: (lift) => holdoutProcess(4000, lift), effect: 0.05, brief: 20 }),
  designRow({ title: 'pairs', changes: { design: { kind: 'paired', pair: 'group' } }, process: (effect) => wildPairProcess(COINS, effect), effect: 5, scales: ['difference'], brief: 40 }),
  designRow({ title: 'combined arms', changes: { arms: arms('control', 'a', 'b'), combined: [{ name: 'both', arms: ['a', 'b'] }] }, process: (lift) => combinedProcess(600, lift), effect: 0.1, contrast: 'both', brief: 60 }),
  designRow({ title: 're-randomised, not adjusted, which is wide', changes: { design: { kind: 'rerandomised', covariates: ['x0', 'x1'] } }, process: (effect) => rerandomisedProcess(200, effect), effect: 0.5, coverage: NO_LESS, size: NO_MORE, brief: 0 }),
];
