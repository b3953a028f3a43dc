import { existsSync } from 'node:fs';
import path from 'node:path';

const folder = path.resolve(process.env['ASSAY_SHARED'] ?? '../shared');

/** Public data and reference numbers that are kept beside the repository: ASSAY_SHARED, or ../shared. */
export const sharedFile = (...parts: readonly string[]): string => path.join(folder, ...parts);
export const isShared = (...parts: readonly string[]): boolean => existsSync(sharedFile(...parts));
