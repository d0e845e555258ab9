import { CliError } from "./cli-error.ts";

/** The signal of Ctrl-C while `work` runs. The first asks the work to end, the second ends the process at once. */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>, onFirst?: () => void): Promise<T> {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    onFirst?.();
  };
  process.on("SIGINT", interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) throw new CliError("stopped", undefined, 130);
    throw error;
  } finally {
    process.off("SIGINT", interrupt);
  }
}
