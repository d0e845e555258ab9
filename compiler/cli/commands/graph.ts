import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { drawUp } from "../../graph/draw-up.ts";
import { html } from "../../graph/html.ts";
import { layOut } from "../../graph/layout.ts";
import { groupsOf } from "../../graph/picture.ts";
import type { Picture } from "../../graph/picture.ts";
import { svg } from "../../graph/svg.ts";
import { visible, visibleCount } from "../../graph/visible.ts";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../cli-error.ts";
import { diagnosticsAsJson, hasErrors, printDiagnostics } from "../diagnostics-output.ts";
import { frontOf, onlyModel } from "../front.ts";
import type { CommonOptions } from "../options.ts";
import { checkWritable, writeWhole } from "../output-file.ts";
import { printJson, printLine } from "../terminal.ts";

export interface GraphCommandOptions extends CommonOptions {
  readonly out?: string;
  readonly html?: boolean;
  readonly depth?: number;
  readonly wide?: boolean;
}

/** More than this is no picture any more, and takes minutes to lay out. */
const mostBoxes = 1000;

/** `cnnc graph FILE -o net.svg` */
export async function graphCommand(file: string, options: GraphCommandOptions): Promise<ExitCode> {
  const { out, json, quiet, depth = Infinity, wide = false } = options;
  const page = wantsPage(options);
  if (out !== undefined) checkWritable(out, "-o names a file");
  const { models, diagnostics } = frontOf(file, options, true);
  const failed = hasErrors(diagnostics);
  if (failed && json) printJson({ diagnostics: diagnosticsAsJson(diagnostics) });
  else if (failed || !quiet) printDiagnostics(diagnostics, process.stderr);
  if (failed) return 1;
  const picture = drawUp(onlyModel(models, file));
  const closed = [...groupsOf(picture.items)].filter((it) => it.depth >= depth).map(({ group }) => group.id);
  const drawing = await draw(picture, new Set(closed), wide);
  const text = page ? html(drawing, { picture, closed, wide }, pageScript()) : drawing;
  if (out === undefined) {
    if (json) printJson({ picture, closed });
    else process.stdout.write(text);
    return 0;
  }
  writeWhole(out, Buffer.from(text));
  if (json) printJson({ out, picture, closed });
  else if (!quiet) printLine(`${picture.name}, drawn in ${out}`);
  return 0;
}

/** What is written follows from the file's name, or from --html. */
function wantsPage({ out, html: asked = false }: GraphCommandOptions): boolean {
  const extension = out === undefined ? "" : path.extname(out).toLowerCase();
  if (![".svg", ".html", ""].includes(extension) || (out !== undefined && extension === ""))
    throw new CliError(`${out} is neither an .svg nor an .html file`, "name one that ends in .svg or .html");
  if (asked && extension === ".svg") throw new CliError(`--html writes a page, and ${out} is a picture`);
  return asked || extension === ".html";
}

async function draw(picture: Picture, closed: ReadonlySet<string>, wide: boolean): Promise<string> {
  const count = visibleCount(visible(picture, closed).items);
  if (count > mostBoxes)
    throw new CliError(
      `${picture.name} has ${count} boxes, too many for a picture (${mostBoxes})`,
      "--depth 1 closes the blocks within blocks, --depth 0 all of them",
    );
  return svg(picture, await layOut(picture, closed, wide));
}

/** The script of pages lies with the bundled command. */
function pageScript(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!fs.existsSync(path.join(folder, "package.json"))) folder = path.dirname(folder);
  return fs.readFileSync(path.join(folder, "dist", "bin", "graph-page.js"), "utf8");
}
