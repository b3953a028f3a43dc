import type { Terminal } from './terminal.js';

/** What each verb is given. */
export interface VerbContext {
  readonly terminal: Terminal;
  /** the code with which the process will end; 0 unless told */
  exit(code: number): void;
}

/** For options that may be given several times. */
export const collected = (value: string, before: readonly string[] = []): string[] => [...before, value];
