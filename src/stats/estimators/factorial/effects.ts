import { z } from 'zod';
import { jointTest } from '../../effects/joint-test.js';
import { linearContrast } from '../../effects/linear-contrast.js';
import type { Effect } from '../../effects/effect.js';
import { isRefusal } from '../../refusal.js';
import { categories, defineEstimator, level, numeric, numerics, OptionsError, type Category } from '../estimator.js';
import { correctedEffect, correctFamily, familyCorrections } from '../corrected-effects.js';
import { factorialCells, termsOf } from './cells.js';

const termSchema = z.object({
  factors: z.array(z.string()).describe('one: a main effect; several: their interaction'),
  levels: z.array(z.string()).describe('level of each factor that is compared with its base'),
  bases: z.array(z.string()).describe('base of each factor'),
  ...correctedEffect,
}).meta({ id: 'FactorialEffect', description: 'A main effect or an interaction.' });
const testSchema = z.object({
  factors: z.array(z.string()).describe('one: all levels have one mean; several: no interaction of them'),
  statistic: z.number().describe('Welch and James'), degreesOfFreedom: z.number().int().describe('contrasts'),
  residualDegreesOfFreedom: z.number().describe('Johansen'), pValue: z.number().describe('in [0, 1]'),
}).meta({ id: 'FactorialTest', description: 'Whether any of the contrasts of some factors differs from zero.' });

/** Effects of several factors that were varied at the same time, and their interactions. Every combination of levels needs units. */
export const factorialEffects = defineEstimator({
  name: 'factorial',
  title: 'factorial: main effects and interactions',
  estimand: 'differences (main effects) and differences of differences (interactions) of E[Y | levels of all factors], averaged equally over the levels of the other factors',
  references: ['Dasgupta, Pillai, Rubin (2015), JRSS B 77(4)', 'Zhao, Ding (2022), JASA 117(539)', 'Johansen (1980), Biometrika 67(1)'],
  data: { outcome: numeric('outcome of each unit'), factors: categories('factor that was randomised; several'), covariates: numerics('known before exposure; adjusted for within each combination') },
  options: z.strictObject({
    bases: z.array(z.string()).optional().describe('level of each factor that the others are compared with, in the order of the factors; absent: the first of each'),
    order: z.number().int().min(1).max(4).default(2).describe('how many factors an interaction may have; 1: main effects only'),
    correction: z.enum(familyCorrections).default('holm').describe('of main effects as one family and of interactions as another'),
    level,
  }),
  result: z.object({
    mainEffects: z.array(termSchema).describe('each level against the base of its factor'),
    interactions: z.array(termSchema).describe('how much more the levels do together than the sum of each alone'),
    tests: z.array(testSchema).describe('one a factor and one an interaction, each joint over levels'),
    units: z.number().int().describe('units in all cells'),
  }),
  estimate({ outcome, factors, covariates }, { bases, order, correction, level: asked }) {
    const found = factorialCells(outcome, covariates, factors, basesOf(factors, bases));
    if (isRefusal(found)) return found;
    const sets = subsets(factors.length, order);
    const families: { terms: ReturnType<typeof termsOf>; effects: Effect[] }[] = [{ terms: [], effects: [] }, { terms: [], effects: [] }];
    const tests: z.output<typeof testSchema>[] = [];
    for (const set of sets) {
      const terms = termsOf(set, found.levels);
      const family = families[set.length === 1 ? 0 : 1]!;
      for (const term of terms) {
        const effect = linearContrast(found.cells, term.weights);
        if (isRefusal(effect)) return effect;
        family.terms.push(term);
        family.effects.push(effect);
      }
      const test = jointTest(found.cells, terms.map(({ weights }) => weights));
      if (isRefusal(test)) return test;
      tests.push({ factors: set.map((f) => factors[f]!.name), ...test });
    }
    const [mainEffects, interactions] = families.map(({ terms, effects }) => correctFamily(effects, asked, correction).map((effect, i) => ({
      factors: terms[i]!.factors.map((f) => factors[f]!.name), levels: [...terms[i]!.levels], bases: terms[i]!.factors.map((f) => found.levels[f]![0]!), ...effect,
    })));
    return { mainEffects: mainEffects!, interactions: interactions!, tests, units: found.units.reduce((a, b) => a + b, 0) };
  },
});

/** @throws OptionsError when bases are not one level of each factor */
function basesOf(factors: readonly Category[], bases: readonly string[] | undefined): string[] {
  const empty = factors.find(({ levels }) => levels.length < 2);
  if (empty) throw new OptionsError(`factors must have at least two levels; ${empty.name} has ${empty.levels.length}`, ['factors']);
  if (bases === undefined) return factors.map(({ levels }) => levels[0]!);
  if (bases.length !== factors.length) throw new OptionsError(`bases must name one level of each of the ${factors.length} factors; got ${bases.length}`, ['bases']);
  bases.forEach((base, f) => {
    const { name, levels } = factors[f]!;
    if (!levels.includes(base)) throw new OptionsError(`bases[${f}] must be a level of ${name}: ${levels.join(', ')}; got "${base}"`, ['bases', f]);
  });
  return [...bases];
}

/** Sets of 1 to `order` of the first `count` numbers, small ones first. */
function subsets(count: number, order: number): number[][] {
  const all = Array.from({ length: 2 ** count - 1 }, (_, mask) => Array.from({ length: count }, (__, f) => f).filter((f) => ((mask + 1) >> f) & 1));
  return all.filter((set) => set.length <= order).sort((a, b) => a.length - b.length || a[0]! - b[0]!);
}
