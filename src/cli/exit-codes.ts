import type { Verdict } from '../experiment/analysis.js';

/** Exit codes are verdicts, so that a pipeline can branch on them. */
export const exitCodes = { ship: 0, do_not_ship: 10, keep_running: 20, invalid: 30 } as const satisfies Record<Verdict, number>;
export const BAD_INPUT = 2;
export const FAILURE = 1;
/** An estimator that cannot say, or a replay that differs, is an answer of its own. */
export const REFUSED = 30;

export const exitCodeHelp = `
Exit codes of analyze:
  0 ship   10 do not ship   20 keep running   30 invalid   2 bad input   1 failure
`;
