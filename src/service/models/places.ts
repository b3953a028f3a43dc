import path from 'node:path';

/** Where models are: the same layout that `assay model list` reads. */
export const modelsRoot = (data: string): string => path.join(data, 'models');
export const versionFolder = (data: string, name: string, number: number): string => path.join(modelsRoot(data), name, String(number));
/** Where the scores of a job are. */
export const scoresFile = (data: string, jobId: string): string => path.join(data, 'scores', `${jobId}.parquet`);
