import type { ModelCard, ModelEstimate, ModelFit } from '../sdk/models/card.js';
import type { ModelCheck } from '../sdk/models/check.js';
import type { CardComparison, DataComparison } from '../sdk/models/compare.js';
import type { Refusal } from '../stats/refusal.js';

const short = (value: number): string => String(Number(value.toPrecision(4)));
const pText = (p: number): string => (p < 1e-4 ? 'p < 0.0001' : `p = ${p.toFixed(4)}`);
const refusedText = ({ detail, remedy }: Refusal): string => `refused: ${detail} (${remedy})`;

function metric(value: ModelEstimate | Refusal | null): string {
  if (value === null) return 'not asked for';
  if (value.status === 'refused') return refusedText(value);
  const { estimate, lower, upper, pValue } = value;
  return `${short(estimate)} (${lower === null ? '-inf' : short(lower)} to ${upper === null ? 'inf' : short(upper)}), ${pText(pValue)}`;
}

export function cardText(card: ModelCard): string {
  const { metrics, training, features } = card;
  const onnx = card.files['model.onnx'];
  return [
    `${card.name} version ${card.version}: ${card.kind}${card.description ? `, ${card.description}` : ''}`,
    `  ${card.treatment === null ? card.outcome : `effect of ${card.treatment} on ${card.outcome}${card.instrument === null ? '' : `, by ${card.instrument}`}`}, learned from ${training.rows} rows${training.droppedRows > 0 ? ` (${training.droppedRows} left out: a needed value is missing)` : ''}`,
    ...(metrics.fit ? fitLines(metrics.fit) : effectLines(metrics)),
    `  ${metrics.fit ? 'predictions' : 'effects    '}     10 % ${short(metrics.spread.lowest)}, median ${short(metrics.spread.median)}, 90 % ${short(metrics.spread.highest)}`,
    '  features',
    ...features.map(({ name, kind, levels, hadMissing }) => `    ${name}  ${kind}${levels ? ` of ${levels.length} levels` : ''}${hadMissing ? ', with gaps' : ''}, ${short(100 * (metrics.importance.find((entry) => entry.name === name)?.share ?? 0))} % of the splits`),
    `  unseen categories: ${card.unseenCategories}`,
    `  model.bin       ${card.files['model.bin'].bytes} bytes`,
    `  model.onnx      ${'sha256' in onnx ? `sha256:${onnx.sha256}, outputs ${card.outputs.join(', ')}` : refusedText(onnx)}`,
    `  data            sha256:${training.fingerprint}`,
    `  schema          sha256:${card.schemaHash}`,
    `  code ${card.codeVersion}, seed ${card.seed}`, '',
  ].join('\n');
}

const effectLines = (metrics: ModelCard['metrics']): string[] => [
  `  average effect  ${metric(metrics.average)}${metrics.trimmedShare > 0 ? `; ${short(100 * metrics.trimmedShare)} % trimmed for want of overlap` : ''}`,
  `  ranking${metrics.rateTarget ? ` (${metrics.rateTarget})` : ''}  ${metric(metrics.rate)}`,
  `  calibration     ${metric(metrics.calibration)}`,
];

const fitLines = ({ rows, squaredError, rSquared, logLoss, auc, slope }: ModelFit): string[] => [
  `  fit             R2 ${short(rSquared)}, mean squared error ${short(squaredError)}${logLoss === null ? '' : `, log loss ${short(logLoss)}`}${auc === null ? '' : `, AUC ${short(auc)}`}, on ${rows} rows not learned from`,
  `  calibration     ${slope === null ? 'none, as predictions are all alike' : `slope ${short(slope)}`}`,
];

/** What a list says of how a model does. */
const inShort = ({ fit, average, rate }: ModelCard['metrics']): string[] => (fit ? [`R2 ${short(fit.rSquared)}`, fit.auc === null ? '' : `AUC ${short(fit.auc)}`] : [`average ${metric(average)}`, `ranking ${metric(rate)}`]);

export function listText(cards: readonly ModelCard[]): string {
  if (cards.length === 0) return 'no models\n';
  const rows = cards.map(({ name, version, kind, training, metrics }) => [name, String(version), kind, `${training.rows} rows`, ...inShort(metrics)]);
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return `${rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ').trimEnd()).join('\n')}\n`;
}

const rSquaredOf = ({ metrics: { fit } }: ModelCard): string => (fit ? short(fit.rSquared) : '-');

export function comparisonText(first: ModelCard, second: ModelCard, { sameTrainingData, sameFeatures, onlyFirst, onlySecond, differences }: CardComparison): string {
  const rows: [string, string, string][] = [
    ['', `${first.name} ${first.version}`, `${second.name} ${second.version}`],
    ...(first.metrics.fit || second.metrics.fit ? [['R2', rSquaredOf(first), rSquaredOf(second)] as [string, string, string]] : [
      ['average effect', metric(first.metrics.average), metric(second.metrics.average)] as [string, string, string],
      ['ranking', metric(first.metrics.rate), metric(second.metrics.rate)] as [string, string, string],
      ['calibration', metric(first.metrics.calibration), metric(second.metrics.calibration)] as [string, string, string],
    ]),
    ['rows', String(first.training.rows), String(second.training.rows)],
    ...differences.map(({ name, first: a, second: b }): [string, string, string] => [name, a ?? '-', b ?? '-']),
  ];
  const widths = [0, 1].map((i) => Math.max(...rows.map((row) => row[i]!.length)));
  const only = (names: readonly string[], which: string) => (names.length > 0 ? [`only the ${which} reads ${names.join(', ')}`] : []);
  return [
    ...rows.map(([name, a, b]) => `${name.padEnd(widths[0]!)}  ${a.padEnd(widths[1]!)}  ${b}`),
    `learned from ${sameTrainingData ? 'the same data' : 'different data'}; ${sameFeatures ? 'the same features' : 'different features'}`,
    ...only(onlyFirst, 'first'), ...only(onlySecond, 'second'), '',
  ].join('\n');
}

export function dataComparisonText({ rows, scored, judged, correlation, meanDifference, rootMeanSquareDifference, oppositeSigns }: DataComparison): string {
  const lines = [
    `on ${scored} of ${rows} rows: correlation ${correlation === null ? 'none, as one is constant' : correlation.toFixed(4)}, first less second ${short(meanDifference)} on average (root mean square ${short(rootMeanSquareDifference)}), opposite signs in ${short(100 * oppositeSigns)} %`,
  ];
  if (judged.status === 'refused') return `${[...lines, refusedText(judged), ''].join('\n')}`;
  const { loss, firstRate, secondRate, n } = judged;
  const nearer = loss.pValue >= 0.05 ? 'neither is found nearer to the truth' : `the ${loss.estimate < 0 ? 'first' : 'second'} is nearer to the truth`;
  return [
    ...lines,
    `judged by ${n} rows: ${nearer}: loss of the first less the second ${metric(loss)}`,
    `  ranking (autoc) of the first   ${metric(firstRate)}`, `  ranking (autoc) of the second  ${metric(secondRate)}`, '',
  ].join('\n');
}

export const checkText = ({ rows, runtime, outputs, agrees }: ModelCheck): string => [
  ...outputs.map(({ output, difference, oneSided, agrees: same }) => `${output}  ${same ? 'agrees' : 'differs'}: largest difference ${difference.toExponential(1)} of the largest score${oneSided > 0 ? `; ${oneSided} rows have a score in one alone` : ''}`),
  `${agrees ? 'same' : 'different'}: ${rows} rows by ${runtime} and by this program`, '',
].join('\n');
