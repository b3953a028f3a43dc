import { Field, ObjectType, registerEnumType } from '@nestjs/graphql';
import { resultOf } from '../graphql/failures.js';

export const reportFormats = ['html', 'md', 'json'] as const;
export type ReportFormat = (typeof reportFormats)[number];
export const ReportFormatEnum = { html: 'html', md: 'md', json: 'json' } as const;
registerEnumType(ReportFormatEnum, {
  name: 'ReportFormat', description: 'How a report is written.',
  valuesMap: { html: { description: 'a page that needs nothing else' }, md: { description: 'Markdown' }, json: { description: 'the analysis itself' } },
});

@ObjectType({ description: 'The report of an analysis.' })
export class Report {
  @Field(() => ReportFormatEnum, { description: 'how it is written' }) format: ReportFormat;
  @Field({ description: 'media type of the text' }) mediaType: string;
  @Field({ description: 'the report' }) text: string;
  @Field({ description: 'where this service serves it' }) path: string;
}
export const ReportResult = resultOf('ReportResult', () => Report, 'The report, or why there is none.');
