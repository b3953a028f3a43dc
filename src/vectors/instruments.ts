import path from 'node:path';
import type { Numeric } from '../stats/estimators/estimator.js';
import { normalCdf } from '../stats/numeric/normal.js';
import { stream, type RandomStream } from '../stats/numeric/random.js';
import { numberAt, numbersAt, type Adapter, type Answer } from './case.js';
import { answerOf, derived, readFrame, type Column, type Estimated } from './observational.js';

const SEED = 1;
const REGIONS = Array.from({ length: 8 }, (_, j) => `reg66${j + 1}`);
const SCHOOLING = ['exper', 'expersq', 'black', 'south', 'smsa', ...REGIONS, 'smsa66'];

type TwoStages = Readonly<Record<string, unknown>> & { readonly effect: Estimated; readonly leastSquares: Estimated };
const twoStages = async (columns: readonly Column[], roles: Readonly<Record<string, string | readonly string[]>>, errors: string): Promise<TwoStages> =>
  await answerOf('two_stage_least_squares', columns, roles, { errors, leastF: 0 }) as TwoStages;

/** Card's return to schooling, by a college nearby. */
export const schooling: Adapter = async ({ id, dataset }, datasets) => {
  if (dataset !== 'card_proximity.csv' || !id.startsWith('card.')) return undefined;
  const columns = await readFrame(path.join(datasets, dataset), ['lwage', 'educ', 'nearc4', ...SCHOOLING]);
  const roles = { outcome: 'lwage', treatment: 'educ', instruments: 'nearc4', covariates: SCHOOLING };
  const [classical, robust] = await Promise.all(['classical', 'hc0'].map((errors) => twoStages(columns, roles, errors)));
  const { effect, leastSquares } = classical!;
  if (id === 'card.ols') return { values: { educ: leastSquares.estimate, se: leastSquares.standardError } };
  return { values: {
    educ: effect.estimate, se: effect.standardError, first_stage_F: classical!['firstStageF'], wu_hausman: numberAt(classical!['endogeneity'], 'statistic'),
    robust_se_HC0: robust!.effect.standardError, n: classical!['n'],
  } };
};

/** Stock and Watson's demand for cigarettes, by two taxes. */
export const cigarettes: Adapter = async ({ id, dataset }, datasets) => {
  if (id !== 'cigarettes_sw.iv.2instr' || !dataset) return undefined;
  const all = await readFrame(path.join(datasets, dataset.split(' ')[0]!), ['year', 'cpi', 'population', 'packs', 'income', 'tax', 'price', 'taxs']);
  const year = (all[0] as Numeric).values;
  const columns = all.map((column) => ({ name: column.name, values: (column as Numeric).values.filter((_, i) => year[i] === 1995) }));
  const made = [
    derived(columns, 'packs', (at) => Math.log(at('packs'))), derived(columns, 'price', (at) => Math.log(at('price') / at('cpi'))),
    derived(columns, 'income', (at) => Math.log(at('income') / at('population') / at('cpi'))), derived(columns, 'sales tax', (at) => (at('taxs') - at('tax')) / at('cpi')), derived(columns, 'tax', (at) => at('tax') / at('cpi')),
  ];
  const { effect, firstStageF, endogeneity, overidentification } = await twoStages(made, { outcome: 'packs', treatment: 'price', covariates: 'income', instruments: ['sales tax', 'tax'] }, 'classical');
  return { values: { coef: { 'log(rprice)': effect.estimate }, se: { 'log(rprice)': effect.standardError }, weak: firstStageF, wu: numberAt(endogeneity, 'statistic'), sargan: numberAt(overidentification, 'statistic') } };
};

/** Published numbers of draws without a seed: ours are of another draw of the design, and may be some of their errors away. */
function anotherDraw(expected: unknown, { effect, leastSquares }: TwoStages, truth: Readonly<Record<string, number>>, because: string): Answer {
  const [[iv, ivError], [ols, olsError]] = [numbersAt(expected, 'iv'), numbersAt(expected, 'ols')] as [[number, number], [number, number]];
  return {
    values: { iv: effect.estimate, iv_error: effect.standardError, ols: leastSquares.estimate, ols_error: leastSquares.standardError, ...truth },
    instead: {
      expected: { iv, iv_error: ivError, ols, ols_error: olsError, ...Object.fromEntries(Object.keys(truth).map((key) => [key, numberAt(expected, key)])) },
      tolerance: { iv: 2 * Math.SQRT2 * ivError, iv_error: 0.15 * ivError, ols: 2 * Math.SQRT2 * olsError, ols_error: 0.15 * olsError, late: 2 * Math.SQRT2 * ivError, true: 1e-9 },
      because: `${because}; both estimates within two errors of a difference of draws, and errors within 15 %: ${effect.estimate.toFixed(3)} (${effect.standardError.toFixed(3)}), without instruments ${leastSquares.estimate.toFixed(3)} (${leastSquares.standardError.toFixed(3)})`,
    },
  };
}

const FAMILY = ['fatheduc', 'motheduc', 'momdad14', 'sinmom14', ...REGIONS, 'reg669', 'south66', 'black', 'smsa', 'south', 'smsa66', 'exper', 'expersq'];

/** CausalML's outcomes that are drawn onto the young men of Card's data. */
export const drawnOutcomes: Adapter = async ({ id, expected }, datasets) => {
  if (id !== 'causalml.iv.nlsym_sim') return undefined;
  const all = await readFrame(path.join(datasets, 'card_iv_causalml.csv'), ['educ', 'nearc4', ...FAMILY]);
  const educ = (all[0] as Numeric).values;
  const columns = all.map((column): Numeric => {
    const kept = (column as Numeric).values.filter((_, i) => educ[i]! >= 6);
    const present = kept.filter((value) => !Number.isNaN(value));
    const mean = present.reduce((sum, value) => sum + value / present.length, 0);
    return { name: column.name, values: kept.map((value) => (Number.isNaN(value) ? mean : value)) };
  });
  const at = new Map(columns.map(({ name, values }) => [name, values]));
  const [mother, single, near] = ['motheduc', 'sinmom14', 'nearc4'].map((name) => at.get(name)!) as [Float64Array, Float64Array, Float64Array];
  const random = stream(SEED);
  const hidden = mother.map(() => random.uniform());
  const compliance = 0.2 + 0.1 * random.uniform();
  const t = mother.map((value, i) => compliance * value * near[i]! + value + hidden[i]!);
  const theta = mother.map((value, i) => 0.1 + 0.05 * value - 0.1 * single[i]!);
  const y = theta.map((value, i) => value * (t[i]! + hidden[i]!) + 0.05 * mother[i]! + 0.1 * random.normal());
  const found = await twoStages([...columns, { name: 't', values: t }, { name: 'y', values: y }], { outcome: 'y', treatment: 't', instruments: 'nearc4', covariates: FAMILY }, 'classical');
  return anotherDraw(expected, found, { true: theta.reduce((sum, value) => sum + value / theta.length, 0) }, 'drawn without a seed, here too; the true mean effect is of the data and the same');
};

/** Hong and Nekipelov's design as CausalML draws it: counts, always-takers, never-takers and compliers. */
export const drawnCompliers: Adapter = async ({ id, expected }) => {
  if (id !== 'causalml.iv.sim2') return undefined;
  const random = stream(SEED);
  const units = Array.from({ length: 10_000 }, () => drawUnit(random));
  const column = (name: 'x' | 'z' | 'd' | 'y'): Numeric => ({ name, values: Float64Array.from(units, (unit) => unit[name]) });
  const compliers = units.filter(({ complies }) => complies);
  const late = compliers.reduce((sum, { gain }) => sum + gain / compliers.length, 0);
  const found = await twoStages((['x', 'z', 'd', 'y'] as const).map(column), { outcome: 'y', treatment: 'd', instruments: 'z', covariates: 'x' }, 'classical');
  return anotherDraw(expected, found, { late }, 'drawn without a seed, here too');
};

function drawUnit(random: RandomStream) {
  const x = random.uniform();
  const lean = x - 0.5 + random.normal();
  const [taken, untaken] = [Number(lean + 1 >= 0), Number(lean >= 0)];
  const [withIt, withoutIt, always, never] = [Math.exp(1 + 0.5 * x), Math.exp(0.5 * x), Math.exp(2), Math.E].map((rate) => random.poisson(rate)) as [number, number, number, number];
  const shared = taken === 1 && untaken === 1 ? always : taken === 0 && untaken === 0 ? never : 0;
  const z = Number(random.bernoulli(normalCdf(x)));
  const d = z === 1 ? taken : untaken;
  return { x, z, d, y: shared + (d === 1 ? withIt : withoutIt), complies: taken > untaken, gain: withIt - withoutIt };
}
