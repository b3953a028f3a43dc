import type { Analysis } from '../experiment/analysis.js';
import type { ReportContext } from './model.js';

/** The analysis itself, for programs: all figures at full precision, and the decision records when there are any. */
export const jsonReport = (analysis: Analysis, { records = [] }: ReportContext): string =>
  `${JSON.stringify(records.length === 0 ? analysis : { ...analysis, records }, null, 2)}\n`;
