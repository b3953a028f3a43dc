import { describe, expect, it } from '@jest/globals';
import { robustRegression } from '../../src/stats/forest/robust-regression.js';
import { isRefusal } from '../../src/stats/refusal.js';
import { stream } from '../../src/stats/numeric/random.js';
import { dataset, numbers } from './shared.js';

const ones = (n: number) => new Float64Array(n).fill(1);

function fit(...args: Parameters<typeof robustRegression>) {
  const result = robustRegression(...args);
  if (isRefusal(result)) throw new Error(result.detail);
  return result;
}

describe('regression with jackknife errors', () => {
  const schools = dataset('public_schools.csv');
  (schools ? it : it.skip)('agrees with HC3 of sandwich on PublicSchools to 1e-8 relative', () => {
    const names = Object.keys(schools!);
    const income = numbers(schools![names.find((name) => name === 'Income')!]!);
    const expenditure = numbers(schools!.Expenditure!);
    const keep = Int32Array.from(income.keys()).filter((i) => Number.isFinite(expenditure[i]!) && Number.isFinite(income[i]!));
    const x = Float64Array.from(keep, (i) => income[i]!);
    const result = fit(Float64Array.from(keep, (i) => expenditure[i]!), { intercept: ones(x.length), income: x, square: x.map((v) => v * v) },
      ones(x.length), { codes: null, count: x.length }, 0.95);
    const expected = { intercept: [832.9143564546, 1095.0006135048], income: [-0.18342029463, 0.29754114088], square: [1.5870422666e-5, 1.9952419633e-5] };
    for (const { name, estimate, standardError } of result.coefficients) {
      const [beta, se] = expected[name as keyof typeof expected] as [number, number];
      expect(Math.abs(estimate / beta - 1)).toBeLessThan(1e-8);
      expect(Math.abs(standardError / se - 1)).toBeLessThan(1e-8);
    }
  });

  const petersen = dataset('petersen_cluster.csv');
  (petersen ? it : it.skip)('agrees with HC3 of sandwich on Petersen to 1e-8, by row and by firm', () => {
    const result = fit(numbers(petersen!.y!), { intercept: ones(5000), x: numbers(petersen!.x!) }, ones(5000), { codes: null, count: 5000 }, 0.95);
    expect(result.coefficients[0]!.standardError).toBeCloseTo(0.028366279822, 8);
    expect(result.coefficients[1]!.standardError).toBeCloseTo(0.02841210127, 8);
    // sandwich 3.0.2: vcovCL(lm(y ~ x), cluster = ~ firm, type = "HC3")
    const firm = Int32Array.from(numbers(petersen!.firm!));
    const clustered = fit(numbers(petersen!.y!), { intercept: ones(5000), x: numbers(petersen!.x!) }, ones(5000), { codes: firm, count: new Set(firm).size }, 0.95);
    expect(clustered.coefficients[0]!.standardError).toBeCloseTo(0.0671431477798571, 8);
    expect(clustered.coefficients[1]!.standardError).toBeCloseTo(0.0508159663101462, 8);
  });

  it('gives a cluster the error that leaving it out gives', () => {
    const random = stream(3);
    const n = 60;
    const x = random.fillNormal(new Float64Array(n));
    const y = x.map((value) => 1 + 2 * value + random.normal());
    const weight = random.fillExponential(new Float64Array(n));
    const codes = Int32Array.from({ length: n }, (_, i) => i % 7);
    const columns = (keep: (i: number) => boolean) => {
      const rows = Int32Array.from(x.keys()).filter(keep);
      const at = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
      return [at(y), { intercept: ones(rows.length), x: at(x) }, at(weight), { codes: Int32Array.from(rows, (row) => codes[row]!), count: 7 }, 0.9] as const;
    };
    const all = fit(...columns(() => true));
    const squares = Array.from({ length: 7 }, (_, g) => (fit(...columns((i) => codes[i] !== g)).coefficients[1]!.estimate - all.coefficients[1]!.estimate) ** 2);
    expect(all.coefficients[1]!.standardError).toBeCloseTo(Math.sqrt(squares.reduce((a, b) => a + b)), 10);
  });

  it('refuses collinear regressors and a coefficient that one row alone tells', () => {
    const x = Float64Array.of(1, 2, 3, 4, 5);
    const groups = { codes: null, count: 5 };
    expect(robustRegression(x, { a: x, b: x.map((v) => 2 * v) }, ones(5), groups, 0.95)).toMatchObject({ status: 'refused', reason: 'not_identified' });
    expect(robustRegression(x, { a: ones(5), b: Float64Array.of(0, 0, 0, 0, 1) }, ones(5), groups, 0.95)).toMatchObject({ status: 'refused', reason: 'not_identified' });
  });
});
