import type { Cupac } from '../experiment/metric.js';
import { covariateOf, type Plan } from '../experiment/plan.js';
import type { MetricSummary } from '../experiment/summaries.js';
import { foldModels, type FoldCell, type MomentLearner } from '../stats/learners/linear/fold-models.js';
import { isRefusal } from '../stats/refusal.js';
import { momentsOfCovariances, momentsSummary } from './cell-moments.js';
import type { Dialect } from './dialects/ansi.js';
import { cupacMoments } from './queries/fold-moments.js';
import type { Centre } from './queries/moment-sums.js';
import { numberOf, type Session } from './session.js';
import type { UnitColumn } from './unit-columns.js';
import type { FrameColumn, FrameMetric, UnitFrame } from './unit-frame.js';
import { DataError } from './warehouse.js';

type Models = NonNullable<MetricSummary['cupac']>;

/** Different numbers of folds that metrics of a plan ask for. */
export const foldCounts = ({ metrics }: Plan): number[] => [...new Set(metrics.flatMap((metric) => covariateOf(metric)?.cupac?.folds ?? []))];
export const foldName = (folds: number): string => `fold_of_${folds}`;

/**
 * The frame in which metrics with `cupac` have predictions instead of features: linear models are learned here from moments by arm and fold,
 * and the engine predicts each unit by the model that did not see it. Segments, days and designs then know nothing of features.
 */
export async function withPredictions(session: Session, plan: Plan, frame: UnitFrame, centres: ReadonlyMap<string, Centre>): Promise<{ readonly frame: UnitFrame; readonly models: ReadonlyMap<string, Models> }> {
  const models = new Map<string, Models>();
  const predictions: { readonly column: FrameColumn; readonly sql: string }[] = [];
  for (const folds of foldCounts(plan)) {
    const asked = frame.metrics.filter((metric) => cupacOf(metric)?.folds === folds);
    const rows = await session.rows(`moments by arm and ${folds} folds`, cupacMoments(session.dialect, { ...frame, metrics: asked }, centres, foldName(folds)));
    for (const metric of asked) {
      const cells = rows.flatMap((row): FoldCell[] => (numberOf(row, `n_${metric.counts}`) === 0 ? []
        : [{ fold: numberOf(row, foldName(folds)), moments: momentsSummary(momentsOfCovariances(row, metric, centres)) }]));
      models.set(metric.of.metric.name, modelsOf(metric, cells, cupacOf(metric)!));
    }
  }
  if (models.size === 0) return { frame, models };
  const metrics = frame.metrics.map((metric): FrameMetric => {
    const found = models.get(metric.of.metric.name);
    if (!found) return metric;
    const outcomes = metric.columns.filter(({ of }) => of.role === 'outcome');
    const features = metric.columns.filter(({ of }) => of.role === 'covariate').map(({ column }) => column);
    const predicted = outcomes.map(({ of: outcome }) => {
      const column: FrameColumn = { name: `y${frame.columns.length + predictions.length}`, raw: '', counts: metric.counts, limits: {}, isImputed: false };
      predictions.push({ column, sql: predictionSql(session.dialect, features, found, outcome.name, centres) });
      return { of: predictionColumn(outcome, outcomes.length), column };
    });
    return { ...metric, columns: [...outcomes, ...predicted] };
  });
  const used = new Set(metrics.flatMap(({ columns }) => columns.map(({ column }) => column)));
  return {
    models,
    frame: {
      ...frame, metrics, columns: [...frame.columns.filter((column) => used.has(column)), ...predictions.map(({ column }) => column)],
      bounded: `select f.*${predictions.map(({ column, sql }) => `,\n    ${sql} as ${column.name}`).join('')}\n  from (${frame.bounded}) as f`,
    },
  };
}

const cupacOf = ({ of: { metric } }: FrameMetric): Cupac | undefined => covariateOf(metric)?.cupac;

const predictionColumn = (outcome: UnitColumn, outcomes: number): UnitColumn =>
  ({ name: outcomes === 1 ? 'x:prediction' : `x:prediction of ${outcome.name}`, role: 'covariate', expression: outcome.expression });

function modelsOf(metric: FrameMetric, cells: readonly FoldCell[], { folds, learner }: Cupac): Models {
  const columns = metric.columns.map(({ of }) => of);
  const outcomes = columns.filter(({ role }) => role === 'outcome').map(({ name }) => name);
  const found = foldModels(cells, outcomes.length, folds, momentLearner(learner));
  if (isRefusal(found)) throw new DataError(`metric ${metric.of.metric.name} cannot be predicted: ${found.detail}. ${found.remedy}`, 'metrics');
  return {
    folds, features: columns.filter(({ role }) => role === 'covariate').map(({ name }) => name.slice('x:'.length)),
    models: found.flatMap((ofFold, fold) => ofFold.map((slopes, i) => ({ outcome: outcomes[i]!, fold, slopes: [...slopes] }))),
  };
}

function momentLearner(learner: Cupac['learner']): MomentLearner {
  switch (learner.name) {
    case 'linear': return { alpha: null, lambda: 'min' };
    case 'ridge': return { alpha: 0, lambda: learner.lambda };
    case 'lasso': return { alpha: 1, lambda: learner.lambda };
    case 'elastic_net': return { alpha: learner.alpha, lambda: learner.lambda };
  }
}

/** Slopes times what the unit is above the mean; a feature that it lacks counts as the mean. Null, as the features, for units that do not count. */
function predictionSql(d: Dialect, features: readonly FrameColumn[], { folds, models }: Models, outcome: string, centres: ReadonlyMap<string, Centre>): string {
  const terms = features.map((column) => {
    const { mean } = centres.get(column.name)!;
    const above = `f.${column.name} - ${d.number(mean)}`;
    return column.isImputed ? `coalesce(${above}, ${d.number(0)})` : `(${above})`;
  });
  const cases = Array.from({ length: folds }, (_, fold) => {
    const { slopes } = models.find((model) => model.fold === fold && model.outcome === outcome)!;
    return `when ${fold} then ${terms.map((term, j) => `${d.number(slopes[j]!)} * ${term}`).join(' + ')}`;
  });
  return `case when f.${features[0]!.counts} = 1 then case f.${foldName(folds)} ${cases.join(' ')} end end`;
}
