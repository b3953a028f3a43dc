import type { Analysis } from '../experiment/analysis.js';
import { jsonReport } from './json.js';
import { markdownReport } from './markdown.js';
import { reportModel, type ReportContext } from './model.js';
import { textReport } from './text.js';

export const reportFormats = ['text', 'json', 'md', 'html'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** An analysis as a document. HTML brings its charting library along only when it is asked for. */
export async function renderReport(analysis: Analysis, format: ReportFormat, context: ReportContext = {}): Promise<string> {
  switch (format) {
    case 'json': return jsonReport(analysis, context);
    case 'text': return textReport(reportModel(analysis, context));
    case 'md': return markdownReport(reportModel(analysis, context));
    case 'html': {
      const { htmlReport } = await import('./html.js');
      return htmlReport(reportModel(analysis, context));
    }
  }
}
