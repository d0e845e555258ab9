import * as fs from "node:fs";
import * as path from "node:path";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../cli-error.ts";
import { starterProject } from "../starter-project.ts";
import { printJson, printLine } from "../terminal.ts";

/** `cnnc init FOLDER`: writes a small project, and nothing over what is there. */
export function initCommand(
  folder: string,
  { json, quiet }: { readonly json?: boolean; readonly quiet?: boolean },
): ExitCode {
  const files = starterProject(path.basename(path.resolve(folder)));
  const taken = files.map(({ name }) => name).filter((name) => fs.existsSync(path.join(folder, name)));
  if (taken.length > 0)
    throw new CliError(`${folder} has ${taken.join(", ")} already`, "name another folder: nothing is overwritten");
  fs.mkdirSync(folder, { recursive: true });
  for (const { name, text } of files) fs.writeFileSync(path.join(folder, name), text, { flag: "wx" });
  if (json) printJson({ folder, files: files.map(({ name }) => name) });
  else if (!quiet) printLine(nextSteps(folder));
  return 0;
}

function nextSteps(folder: string): string {
  const enter = path.resolve(folder) === process.cwd() ? [] : [`  cd ${folder}`];
  return [
    `a network, and a program that trains it, in ${folder}; next:`,
    ...enter,
    "  npm install",
    "  npm run build",
  ].join("\n");
}
