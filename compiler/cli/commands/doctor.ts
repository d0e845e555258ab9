import { examine } from "../../build/doctor.ts";
import type { Finding } from "../../build/finding.ts";
import type { ExitCode } from "../cli-error.ts";
import { printJson, printLine } from "../terminal.ts";

/** `cnnc doctor`: whether this machine can build. */
export function doctorCommand({ json }: { readonly json?: boolean }): ExitCode {
  const findings = examine();
  const missing = findings.filter(({ ok, required }) => required && !ok);
  if (json) printJson({ ok: missing.length === 0, findings });
  else printLine([...findings.flatMap(linesOf), "", closing(missing)].join("\n"));
  return missing.length === 0 ? 0 : 2;
}

function closing(missing: readonly Finding[]): string {
  if (missing.length === 0) return "this machine can build networks";
  return `missing: ${missing.map(({ what }) => what).join(", ")}`;
}

const WIDTH = 15;

/** `ok       cmake            /usr/bin/cmake, …`, and below what is missing how to get it. */
function linesOf({ what, ok, required, found, mend }: Finding): string[] {
  const state = ok ? "ok" : required ? "missing" : "none";
  const line = `${state.padEnd(7)}  ${what.padEnd(WIDTH)}  ${found}`;
  return mend === undefined ? [line] : [line, `${" ".repeat(7 + 2 + WIDTH + 2)}${mend}`];
}
