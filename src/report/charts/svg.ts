import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** Colours that a page may set; the fallbacks serve where the picture stands alone. */
export const colours = {
  ink: 'currentColor',
  muted: 'var(--muted, #6b6f76)',
  line: 'var(--line, #d9d8d2)',
  good: 'var(--good, #0a7350)',
  bad: 'var(--bad, #b3261e)',
  harm: 'var(--harm, #b3261e)',
  page: 'var(--page, #ffffff)',
} as const;

/**
 * A plot as SVG text: no style element, so that a page with a strict content policy can hold it; the same bytes every time.
 * @param label what the picture shows, for those who hear it
 */
export function svgOf(options: Plot.PlotOptions, label: string): string {
  const { document } = parseHTML('<html><body></body></html>');
  const svg = Plot.plot({ ...options, document: document as unknown as NonNullable<Plot.PlotOptions['document']> }) as unknown as SvgElement;
  for (const style of svg.querySelectorAll('style')) style.remove();
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  return svg.outerHTML;
}

/** What is used of a DOM element: the library brings its own document, and no browser's types are loaded. */
interface SvgElement {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
  querySelectorAll(selector: string): Iterable<{ remove(): void }>;
}
