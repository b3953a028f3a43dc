import { normalQuantile } from '../numeric/normal.js';
import type { RandomStream } from '../numeric/random.js';
import type { Category, Numeric } from '../estimators/estimator.js';
import type { ArmColumns, TwoArmProcess } from './two-arm-truth.js';

/** Columns of all units of an experiment, by role; treatment is 0 or 1. */
export interface DesignProcess {
  readonly words: string;
  readonly control: number;
  readonly treatment: number;
  draw(random: RandomStream): Readonly<Record<string, Numeric | Category | readonly Numeric[] | undefined>>;
}

const numeric = (values: ArrayLike<number>): Numeric => ({ name: 'values', values: Float64Array.from(values) });
const category = (codes: ArrayLike<number>, levels: number): Category => ({ name: 'codes', codes: Int32Array.from(codes), levels: Array.from({ length: levels }, (_, i) => String(i)) });
const coin = (random: RandomStream): number => Number(random.bernoulli(0.5));
const list = <T>(n: number, draw: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => draw(i));

/** The units of two arms, one below the other. @param roles role -> column of the arms */
export function stackedArms(process: TwoArmProcess<ArmColumns>, roles: Readonly<Record<string, string>>): DesignProcess {
  return {
    ...process,
    draw(random) {
      const [control, treatment] = process.draw(random);
      const units = [control, treatment].map((arm) => Object.values(arm)[0]!.length) as [number, number];
      const columns = Object.entries(roles).map(([role, column]) => [role, numeric([...control[column]!, ...treatment[column]!])] as const);
      return { ...Object.fromEntries(columns), treatment: category(list(units[0] + units[1], (i) => Number(i >= units[0])), 2) };
    },
  };
}

/** Three strata that differ in size, level and lift; values are gamma. @param hasCovariate whether part of a value is known before */
export function stratifiedProcess(units: number, hasCovariate: boolean, lift = 0.1): DesignProcess {
  const [shares, levels] = [[0.5, 0.3, 0.2], [4, 8, 15]] as const;
  const lifts = [0.5, 1, 2].map((times) => lift * times);
  const control = shares.reduce((sum, share, k) => sum + share * levels[k]!, 0);
  return {
    words: `three strata that differ in level and lift, gamma values${hasCovariate ? ', part of them known before' : ''}; ${units} units in both arms`,
    control, treatment: shares.reduce((sum, share, k) => sum + share * levels[k]! * (1 + lifts[k]!), 0),
    draw(random) {
      const strata = list(units, () => random.choice(shares));
      const arms = list(units, () => coin(random));
      const known = strata.map(() => random.gamma(2, 0.5));
      const values = strata.map((k, i) => levels[k]! * (1 + arms[i]! * lifts[k]!) * (hasCovariate ? (known[i]! + random.gamma(2, 0.5)) / 2 : random.gamma(2, 0.5)));
      return { outcome: numeric(values), treatment: category(arms, 2), stratum: category(strata, 3), covariates: hasCovariate ? [numeric(known)] : [] };
    },
  };
}

/** Revenue over sessions in two strata that differ in sessions and in what a session is worth. */
export function stratifiedRatioProcess(units: number, lift: number): DesignProcess {
  const [sessions, worth] = [[2, 5], [3, 4]] as const;
  const ratio = (2 * 3 + 5 * 4) / (2 + 5);
  return {
    words: `revenue over sessions in two strata; ${units} units in both arms`,
    control: ratio, treatment: ratio * (1 + lift),
    draw(random) {
      const strata = list(units, () => coin(random));
      const arms = list(units, () => coin(random));
      const denominators = strata.map((k) => 1 + random.poisson(sessions[k]! - 1));
      const numerators = denominators.map((count, i) => random.gamma(count, worth[strata[i]!]! * (1 + lift * arms[i]!)));
      return { numerator: numeric(numerators), denominator: numeric(denominators), treatment: category(arms, 2), stratum: category(strata, 2), covariates: [] };
    },
  };
}

/** A quantile of log-normal events of users who differ, 1 + Poisson(4) events a user. */
export const clusteredLatencyProcess = (users: number, probability: number, lift: number): DesignProcess => ({
  words: `quantile ${probability} of log-normal events, half of their log variance between users, 5 events a user; ${users} users in both arms`,
  control: 300 * Math.exp(0.8 * normalQuantile(probability)), treatment: 300 * (1 + lift) * Math.exp(0.8 * normalQuantile(probability)),
  draw(random) {
    const values: number[] = [];
    const arms: number[] = [];
    const owners: number[] = [];
    for (let user = 0; user < users; user++) {
      const level = 0.8 * Math.SQRT1_2 * random.normal();
      for (let left = 1 + random.poisson(4); left > 0; left--) {
        values.push(300 * (1 + lift * (user % 2)) * Math.exp(level + 0.8 * Math.SQRT1_2 * random.normal()));
        arms.push(user % 2);
        owners.push(user);
      }
    }
    return { outcome: numeric(values), treatment: category(arms, 2), unit: category(owners, users) };
  },
});

/** Clusters of 2 to 30 units with a level of their own. @param known covariates: the level of the cluster with noise, then noise alone */
export const clusterProcess = (clusters: number, lift: number, known = 0): DesignProcess => ({
  words: `clusters of 2 to 30 units, a fifth of the variance between clusters${known > 0 ? `, ${known} ${known === 1 ? 'covariate' : 'covariates'}` : ''}; ${clusters} clusters in both arms`,
  control: 10, treatment: 10 * (1 + lift),
  draw(random) {
    const rows = list(clusters, (g) => ({ g, level: random.normal() })).flatMap(({ g, level }) => {
      const before = list(known, (k) => (k === 0 ? level : 0) + 0.5 * random.normal());
      return list(2 + random.integer(29), () => ({ g, before, y: 10 * (1 + lift * (g % 2)) + level + 2 * random.normal() }));
    });
    return {
      outcome: numeric(rows.map(({ y }) => y)), treatment: category(rows.map(({ g }) => g % 2), 2), cluster: category(rows.map(({ g }) => g), clusters),
      ...(known > 0 && { covariates: list(known, (k) => numeric(rows.map(({ before }) => before[k]!))) }),
    };
  },
});

/** A market that switches by tosses, with a day's rhythm, noise that remembers, and a bucket of carry-over. */
export const marketProcess = (blocks: number, length: number, now: number, after: number): DesignProcess => ({
  words: `a market of ${blocks} tosses for ${length} buckets each, a bucket of carry-over, autocorrelated noise`,
  control: 20, treatment: 20 + now + after,
  draw(random) {
    const tosses = list(blocks, () => coin(random));
    let noise = random.normal();
    const treated = list(blocks * length, (t) => tosses[Math.floor(t / length)]!);
    const values = treated.map((arm, t) => {
      noise = 0.7 * noise + random.normal();
      return 20 + 3 * Math.sin((2 * Math.PI * t) / 24) + now * arm + after * (treated[t - 1] ?? 0) + noise;
    });
    return { outcome: numeric(values), treatment: category(treated, 2), time: numeric(treated.map((_, t) => t)), block: category(treated.map((_, t) => Math.floor(t / length)), blocks), unit: undefined, covariates: [] };
  },
});

/** Regions of their own level that switch apart, four tosses of two buckets each. */
export const regionsProcess = (regions: number, effect: number): DesignProcess => ({
  words: `${regions} regions that switch apart, four tosses each`,
  control: 20, treatment: 20 + effect,
  draw(random) {
    const rows = list(4 * regions, (block) => ({ block, region: Math.floor(block / 4), toss: coin(random), shock: random.normal() }));
    const levels = list(regions, () => 20 + 5 * random.normal());
    const buckets = rows.flatMap((row) => [0, 1].map((i) => ({ ...row, time: 2 * (row.block % 4) + i, y: levels[row.region]! + row.shock + effect * row.toss + random.normal() })));
    return {
      outcome: numeric(buckets.map(({ y }) => y)), treatment: category(buckets.map(({ toss }) => toss), 2), time: numeric(buckets.map(({ time }) => time)),
      block: category(buckets.map(({ block }) => block), 4 * regions), unit: category(buckets.map(({ region }) => region), regions), covariates: [],
    };
  },
});

/** Units whose allocation was drawn again until two covariates were balanced to one draw in ten. */
export const rerandomisedProcess = (units: number, effect: number): DesignProcess => ({
  words: `${units} units, the allocation drawn again until two covariates were balanced, one draw in ten accepted`,
  control: 10, treatment: 10 + effect,
  draw(random) {
    const known = list(2, () => list(units, () => random.normal()));
    const arms = list(units, (i) => i % 2);
    do random.shuffle(arms); while (imbalance(known, arms) > ONE_IN_TEN);
    const values = arms.map((arm, i) => 10 + 1.5 * known[0]![i]! + known[1]![i]! + effect * arm + random.exponential());
    return { outcome: numeric(values.map((value) => value - 1)), treatment: category(arms, 2), covariates: known.map(numeric) };
  },
});
/** Tenth of a chi-square distribution of two degrees of freedom. */
const ONE_IN_TEN = -2 * Math.log(0.9);

/** Squared differences of independent standard normal covariates between arms, about chi-square. */
function imbalance(known: readonly (readonly number[])[], arms: readonly number[]): number {
  return known.reduce((sum, values) => sum + values.reduce((difference, value, i) => difference + (arms[i] === 1 ? value : -value), 0) ** 2 / values.length, 0);
}

/** A 2 x 2 experiment whose cells differ in variance; treatment counts its cells, the second factor fastest. */
export const factorialProcess = (units: number, interaction: number): DesignProcess => ({
  words: `two factors of two levels, unequal variances; ${units} units in all cells`,
  control: 10, treatment: 10 + 1 + interaction / 2,
  draw(random) {
    const cells = list(units, () => random.integer(4));
    const values = cells.map((cell) => { const [a, b] = [cell >> 1, cell & 1]; return 10 + a - b + interaction * a * b + (1 + a + b) * random.normal(); });
    return { outcome: numeric(values), treatment: category(cells, 4), covariates: [] };
  },
});

/** A small share of units is held out of everything. */
export const holdoutProcess = (units: number, lift: number): DesignProcess => ({
  words: `a tenth of ${units} units held out, gamma values`,
  control: 5, treatment: 5 * (1 + lift),
  draw(random) {
    const arms = list(units, () => Number(random.bernoulli(0.9)));
    return { outcome: numeric(arms.map((arm) => random.gamma(2, 2.5 * (1 + lift * arm)))), treatment: category(arms, 2), covariates: [] };
  },
});

/** A control and two arms that are read as one. */
export const combinedProcess = (units: number, lift: number): DesignProcess => ({
  words: `two arms as one against the control, gamma values; ${units} units in all arms`,
  control: 5, treatment: 5 * (1 + lift),
  draw(random) {
    const arms = list(units, () => random.integer(3));
    // lifts of the two arms differ; they have as many units
    return { outcome: numeric(arms.map((arm) => random.gamma(2, 2.5 * (1 + [0, 0.5, 1.5][arm]! * lift)))), treatment: category(arms, 3), covariates: [] };
  },
});

/** Pairs whose differences have no variance, one of each treated by a coin. */
export const wildPairProcess = (pairs: number, effect: number): DesignProcess => ({
  words: `${pairs} pairs of heavy-tailed regions`,
  control: 0, treatment: effect,
  draw(random) {
    const rows = list(pairs, (pair) => { const toss = coin(random); const wild = random.normal() / random.uniform(); return { pair, y: [toss ? 0 : wild, toss ? wild : 0] }; });
    return { outcome: numeric(rows.flatMap(({ y }) => [y[0]!, y[1]! + effect])), treatment: category(rows.flatMap(() => [0, 1]), 2), pair: category(rows.flatMap(({ pair }) => [pair, pair]), pairs), before: undefined };
  },
});

/** Pairs of regions with a level of their own, one of each treated by a coin. */
export const pairProcess = (pairs: number, effect: number): DesignProcess => ({
  words: `${pairs} pairs of regions`,
  control: 0, treatment: effect,
  draw(random) {
    const rows = list(pairs, (pair) => ({ pair, level: 5 * random.normal(), toss: coin(random) })).flatMap(({ pair, level, toss }) => [0, 1].map((side) => ({ pair, arm: Number(side === toss), y: level + random.normal() })));
    return { outcome: numeric(rows.map(({ y, arm }) => y + effect * arm)), treatment: category(rows.map(({ arm }) => arm), 2), pair: category(rows.map(({ pair }) => pair), pairs), before: undefined };
  },
});

/** Mean of compliers without the treatment: what is hidden of them is symmetric about 0. */
const UNMOVED = 5;

/**
 * An encouragement, uptake confounded with the outcome.
 * @param push by which it moves uptake, in standard deviations of what else moves it
 * @param uptakeOf what a unit takes up: all or nothing, or a dose, which never is the same in both arms by chance
 */
export const encouragementProcess = (units: number, effect: number, push = 2, uptakeOf: 'whole' | 'dose' = 'whole'): DesignProcess => ({
  words: `an encouragement${push < 1 ? ` that hardly moves uptake${uptakeOf === 'dose' ? ', a dose' : ''}` : ''}, uptake confounded with the outcome; ${units} units in both arms`,
  control: UNMOVED, treatment: UNMOVED + effect,
  draw(random) {
    const encouraged = list(units, () => coin(random));
    const hidden = list(units, () => random.normal());
    const inclination = encouraged.map((e, i) => hidden[i]! + push * (e - 0.5) + random.normal());
    const uptake = uptakeOf === 'dose' ? inclination : inclination.map((value) => Number(value > 0));
    return { outcome: numeric(uptake.map((taken, i) => UNMOVED + effect * taken + hidden[i]! + random.normal())), treatment: category(encouraged, 2), uptake: numeric(uptake), covariates: [] };
  },
});
