import type { Diagnostic } from "../../grammar/index.ts";

/** The machine cannot do what a build needs; `mend` is what the user can do about it. */
export class BuildError extends Error {
  readonly mend: string;
  /** Which line of the source was being compiled, where that is known. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, mend: string, diagnostics: readonly Diagnostic[] = []) {
    super(message);
    this.name = "BuildError";
    this.mend = mend;
    this.diagnostics = diagnostics;
  }
}

/** What the system says of a file, without the names of its calls: `ENOSPC: no space left on device`. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/, \w+ '.*$/s, "") : String(error);
}

/** What helps against a file that cannot be written: mostly `room`, but not where its name is at fault. */
export function mendOf(error: unknown, room: string): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENAMETOOLONG" ? "give the .cnn file, or the folder, a shorter name" : room;
}
