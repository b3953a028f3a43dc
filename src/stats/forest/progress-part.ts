import type { EngineOptions } from './forest-engine.js';

/** Options of one of several steps, whose progress is the part from .. to of the whole. */
export const progressPart = ({ signal, onProgress }: EngineOptions, from: number, to: number): EngineOptions => ({
  ...(signal && { signal }),
  ...(onProgress && { onProgress: (share: number) => onProgress(from + (to - from) * share) }),
});
