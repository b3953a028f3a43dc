/** What a verb may touch of the world around it, so that tests can be that world. */
export interface Terminal {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** to standard output */
  out(text: string): void;
  /** to standard error */
  err(text: string): void;
  /** a person looks at standard output, so colours are welcome */
  readonly outIsTerminal: boolean;
  /** a person looks at standard error, so progress is welcome */
  readonly errIsTerminal: boolean;
}

export const processTerminal = (): Terminal => ({
  cwd: process.cwd(),
  env: process.env,
  out: (text) => { process.stdout.write(text); },
  err: (text) => { process.stderr.write(text); },
  outIsTerminal: process.stdout.isTTY === true && !process.env['NO_COLOR'],
  errIsTerminal: process.stderr.isTTY === true,
});
