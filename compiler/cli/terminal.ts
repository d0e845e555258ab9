import { painter } from "../../grammar/source/paint.ts";

/** Colours on a terminal, unless NO_COLOR (no-color.org) is set; FORCE_COLOR decides otherwise. */
export function useColor(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0") return true;
  return stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === "");
}

/** Bars and lines that rewrite themselves are for people who watch. */
export function isWatched(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && process.env["CI"] === undefined;
}

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What the user should know of work that succeeds all the same. */
export function printNote(text: string): void {
  process.stderr.write(`note: ${text}\n`);
}

/** What the user should look into, though work goes on. */
export function warn(message: string): void {
  process.stderr.write(`${painter(useColor(process.stderr))("warning", "warning")}: ${message}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
