import type { Category, Numeric } from '../../estimators/estimator.js';
import { refuse, type Refusal } from '../../refusal.js';

/** The user's own history as rows that are resampled whole: one a unit, or one a cluster. */
export interface HistoryFrame {
  readonly rows: number;
  /** outcome columns, then covariates, each of length `rows` */
  readonly columns: readonly Float64Array[];
  readonly outcomes: 1 | 2;
  /** every value is 0 or 1 and there is no denominator */
  readonly isBinary: boolean;
}

interface HistoryData {
  readonly value: Numeric;
  readonly denominator?: Numeric;
  readonly covariates: readonly Numeric[];
  readonly cluster?: Category;
}

/** Fewest rows from which a resample says anything of the tails. */
const FEWEST_ROWS = 20;

/** Clusters become one row each: sums of numerator, denominator (units, where none is given) and covariates. */
export function historyFrame({ value, denominator, covariates, cluster }: HistoryData): HistoryFrame | Refusal {
  const single = [value, ...(denominator ? [denominator] : []), ...covariates].map((column) => column.values);
  const frame: HistoryFrame = cluster
    ? clustered([value.values, denominator?.values ?? new Float64Array(value.values.length).fill(1), ...covariates.map((c) => c.values)], cluster)
    : { rows: value.values.length, columns: single, outcomes: denominator ? 2 : 1, isBinary: !denominator && value.values.every((v) => v === 0 || v === 1) };
  if (frame.rows < FEWEST_ROWS) {
    return refuse('too_few_units', `history needs at least ${FEWEST_ROWS} ${cluster ? 'clusters' : 'units'}; got ${frame.rows}`, 'Use a longer stretch of history.');
  }
  if (frame.columns[0]!.every((v) => v === frame.columns[0]![0])) {
    return refuse('zero_variance', 'history needs values that vary', 'Check that the metric is recorded in this stretch of history.');
  }
  return frame;
}

function clustered(columns: readonly Float64Array[], cluster: Category): HistoryFrame {
  const rows = cluster.levels.length;
  const sums = columns.map((values) => {
    const sum = new Float64Array(rows);
    for (let i = 0; i < values.length; i++) {
      const code = cluster.codes[i]!;
      sum[code] = sum[code]! + values[i]!;
    }
    return sum;
  });
  return { rows, columns: sums, outcomes: 2, isBinary: false };
}

/** Value of the metric over all of history: mean, or ratio of means. */
export function historyValue({ columns, outcomes }: HistoryFrame): number {
  const total = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0);
  return outcomes === 2 ? total(columns[0]!) / total(columns[1]!) : total(columns[0]!) / columns[0]!.length;
}
