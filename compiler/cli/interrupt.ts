import { CliError } from "./cli-error.ts";
import type { ExitCode } from "./cli-error.ts";

/** What a process that a signal ends gives as its exit code: 128 and the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * The signal of Ctrl-C (and of SIGTERM, which supervisors send) while `work` runs. The first asks the work to end, the
 * second ends the process at once.
 */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>, onFirst?: () => void): Promise<T> {
  const controller = new AbortController();
  const interrupt = (name: NodeJS.Signals): void => {
    const exitCode = exitCodes[name as keyof typeof exitCodes];
    if (controller.signal.aborted) process.exit(exitCode);
    controller.abort(new CliError("stopped", undefined, exitCode));
    onFirst?.();
  };
  for (const name of Object.keys(exitCodes)) process.on(name, interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) throw controller.signal.reason;
    throw error;
  } finally {
    for (const name of Object.keys(exitCodes)) process.off(name, interrupt);
  }
}

/** The exit code of work that ended by itself after the signal. */
export function stoppedCode(signal: AbortSignal): ExitCode {
  return signal.reason instanceof CliError ? signal.reason.exitCode : exitCodes.SIGINT;
}
