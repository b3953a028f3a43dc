import type { Terminal } from './terminal.js';

export interface Progress {
  /** @param share in [0, 1] */
  report(share: number, message: string): void;
  /** clears the line */
  end(): void;
}

/** One line on standard error that is written over; nothing at all in a pipe. */
export function progressOn(terminal: Terminal): Progress {
  if (!terminal.errIsTerminal) return { report: () => {}, end: () => {} };
  return {
    report: (share, message) => terminal.err(`\r\x1b[2K  ${String(Math.round(100 * share)).padStart(3)} %  ${message}`),
    end: () => terminal.err('\r\x1b[2K'),
  };
}
