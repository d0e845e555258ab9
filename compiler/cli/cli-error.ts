/** 0: all is well. 1: findings in the user's files. 2: wrong usage or a fault of the environment. 130 and 143: stopped by Ctrl-C, by SIGTERM. */
export type ExitCode = 0 | 1 | 2 | 130 | 143;

/** Ends a command with one clear sentence and what can be done about it. */
export class CliError extends Error {
  readonly mend: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, mend?: string, exitCode: ExitCode = 2) {
    super(message);
    this.name = "CliError";
    this.mend = mend;
    this.exitCode = exitCode;
  }
}
