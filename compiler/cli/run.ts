import type { CommanderError } from "commander";
import type { BuildError } from "../build/build-error.ts";
import { CliError } from "./cli-error.ts";
import type { ExitCode } from "./cli-error.ts";
import { isExpected } from "./expected-errors.ts";
import { makeProgram } from "./program.ts";
import { painter } from "../../grammar/source/paint.ts";
import { useColor } from "./terminal.ts";

/** Runs the command line and gives its exit code; every failure becomes a sentence. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  // `cnnc train … | head` closes the pipe early: nothing to report, and no reason to end the work.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosedPipe);
  let exitCode: ExitCode = 0;
  const program = makeProgram((code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    return await report(error);
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

async function report(error: unknown): Promise<ExitCode> {
  if (isCommanderError(error)) return error.exitCode === 0 ? 0 : 2;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CliError) {
    print(message, error.mend);
    return error.exitCode;
  }
  if (hasMend(error)) {
    if (error.diagnostics.length > 0)
      (await import("./diagnostics-output.ts")).printDiagnostics(error.diagnostics, process.stderr);
    print(message, error.mend);
  } else if (isExpected(error)) print(message);
  else {
    print(
      `this is a fault of cnnc: ${message}`,
      "please report it with the file; CNNC_DEBUG=1 shows where it came from",
    );
    if (process.env["CNNC_DEBUG"] === "1" && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  }
  return 2;
}

function print(message: string, mend?: string): void {
  const paint = painter(useColor(process.stderr));
  process.stderr.write(`${paint("error", "error")}: ${paint("strong", message)}\n`);
  if (mend !== undefined) process.stderr.write(`${paint("help", "help")}: ${mend}\n`);
}

function isCommanderError(error: unknown): error is CommanderError {
  return (
    error instanceof Error && "exitCode" in error && "code" in error && String(error.code).startsWith("commander.")
  );
}

/** Errors of the build say what the user can do. They are told by their name: their class belongs to the back end. */
function hasMend(error: unknown): error is BuildError {
  return error instanceof Error && error.name === "BuildError";
}
