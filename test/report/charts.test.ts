import { describe, expect, it } from '@jest/globals';
import { parseHTML } from 'linkedom';
import { cumulativePlot } from '../../src/report/charts/cumulative-plot.js';
import { forestPlot } from '../../src/report/charts/forest-plot.js';
import { domainOf, stretches } from '../../src/report/charts/segments.js';
import { effectRows } from '../../src/report/effect-rows.js';
import { comparison, effect, refusal, set, shopPlan } from '../experiment/fixtures.js';

const svg = (text: string) => parseHTML(`<body>${text}</body>`).document.querySelector('svg')!;
const forest = (lifts: Readonly<Record<string, Parameters<typeof comparison>[1]>>, width: 'wide' | 'narrow' = 'wide') =>
  svg(forestPlot(effectRows(shopPlan(), Object.entries(lifts).map(([metric, lift]) => comparison(metric, lift))), width, '95%'));
const marks = (plot: ReturnType<typeof svg>, name: string, shape: string): number => plot.querySelectorAll(`.${name} ${shape}`).length;

describe('stretches', () => {
  const domain = [-1, 1] as const;
  it.each([
    ['an interval inside', set('interval', -0.5, 0.5), [{ from: -0.5, to: 0.5, arrowFrom: false, arrowTo: false }]],
    ['an interval that goes on', set('interval', -0.5, 3), [{ from: -0.5, to: 1, arrowFrom: false, arrowTo: true }]],
    ['an interval without a lower end', set('interval', null, 0.5), [{ from: -1, to: 0.5, arrowFrom: true, arrowTo: false }]],
    ['the line', set('line', null, null), [{ from: -1, to: 1, arrowFrom: true, arrowTo: true }]],
    ['the complement of an interval', set('complement', -0.2, 0.3), [{ from: -1, to: -0.2, arrowFrom: true, arrowTo: false }, { from: 0.3, to: 1, arrowFrom: false, arrowTo: true }]],
  ])('draws %s', (_, given, expected) => expect(stretches(given, domain)).toEqual(expected));
});

describe('domainOf', () => {
  it('always holds zero', () => {
    for (const ends of [[], [0], [0.1, 0.2], [-0.3, -0.2]]) {
      const [low, high] = domainOf(ends);
      expect(low).toBeLessThan(0);
      expect(high).toBeGreaterThan(0);
    }
  });
  it('is not stretched by one extreme end', () => expect(domainOf([0.01, 0.02, -0.01, 0.02, 50])[1]).toBeLessThan(0.2));
});

describe('forestPlot', () => {
  it('draws a point, a thick and a thin line for an estimate', () => {
    const plot = forest({ revenue: effect(0.05, 0.01, { simultaneous: set('interval', 0.02, 0.08) }) });
    expect([marks(plot, 'estimate', 'circle'), marks(plot, 'interval', 'path'), marks(plot, 'simultaneous', 'path')]).toEqual([1, 1, 1]);
    const thickness = (name: string) => Number(plot.querySelector(`.${name}`)!.getAttribute('stroke-width'));
    expect(thickness('interval')).toBeGreaterThan(2 * thickness('simultaneous'));
  });
  it('writes the sentence of a refusal and draws no point for it', () => {
    const plot = forest({ revenue: refusal });
    expect(plot.querySelector('.refusal')!.textContent).toContain('lift needs a control mean');
    expect(marks(plot, 'estimate', 'circle')).toBe(0);
  });
  it('shades the side on which a guardrail is harmed', () => {
    const xOf = (plot: ReturnType<typeof svg>) => {
      const rect = plot.querySelector('.harm rect')!;
      const zero = plot.querySelector('.zero line')!;
      return { left: Number(rect.getAttribute('x')), zero: Number(zero.getAttribute('x1')) };
    };
    const rise = xOf(forest({ errors: effect(0, 0.02) }));
    expect(rise.left).toBeGreaterThan(rise.zero);
    const fall = xOf(svg(forestPlot(effectRows(shopPlan({ decision: { goals: [{ metric: 'revenue', claim: 'non_inferiority', margin: 0.02 }] } }), [comparison('revenue', effect(0, 0.02))]), 'wide', '95%')));
    expect(fall.left).toBeLessThan(fall.zero);
  });
  it('draws two lines and two arrows for the complement of an interval', () => {
    const plot = forest({ revenue: effect(0.2, 0.1, { interval: set('complement', -0.1, 0.1) }) });
    expect(marks(plot, 'interval', 'path')).toBe(2);
    expect(marks(plot, 'arrow', 'text')).toBe(2);
  });
  it('shortens a name that has no room', () => {
    const plan = shopPlan({ arms: [{ name: 'control', weight: 0.5, control: true }, { name: 'x'.repeat(200), weight: 0.25 }, { name: 'y', weight: 0.25 }] });
    const plot = svg(forestPlot(effectRows(plan, [comparison('revenue', effect(0.1, 0.1), { arm: 'x'.repeat(200) })]), 'narrow', '95%'));
    for (const text of plot.querySelectorAll('text')) expect(text.textContent!.length).toBeLessThan(40);
  });
  it('says all of its rows to those who hear it', () =>
    expect(forest({ revenue: effect(0.05, 0.01), errors: refusal }).getAttribute('aria-label')).toMatch(/revenue in treatment: \+5\.00%, \+3\.04% to \+6\.96%\. errors in treatment: lift needs a control mean/));
  it('is wide on wide screens and narrow on narrow ones', () => {
    expect(forest({ revenue: effect(0.05, 0.01) }, 'narrow').getAttribute('width')).toBe('360');
    expect(forest({ revenue: effect(0.05, 0.01) }).getAttribute('width')).toBe('860');
  });
});

describe('cumulativePlot', () => {
  const points = Array.from({ length: 10 }, (_, day) => ({ day: `2026-03-${String(day + 1).padStart(2, '0')}`, n: 100 * (day + 1), estimate: 0.05, lower: day === 0 ? null : -0.05, upper: day === 0 ? null : 0.15 }));
  const plot = svg(cumulativePlot({ metric: 'revenue', arm: 'treatment', points, isGoal: true }, 'wide'));
  it('draws the lift, its band and its last value', () => {
    expect([marks(plot, 'lift', 'path'), marks(plot, 'interval', 'path'), marks(plot, 'estimate', 'circle')]).toEqual([1, 1, 1]);
    expect(plot.textContent).toContain('+5.00%');
  });
  it('says the first and the last day', () => expect(plot.getAttribute('aria-label')).toContain('2026-03-01 to 2026-03-10'));
  it('draws days whose interval is unbounded without a band', () => {
    const open = svg(cumulativePlot({ metric: 'revenue', arm: 'treatment', points: points.map((point) => ({ ...point, lower: null, upper: null })), isGoal: true }, 'wide'));
    expect([marks(open, 'lift', 'path'), marks(open, 'interval', 'path')]).toEqual([1, 0]);
  });
});
