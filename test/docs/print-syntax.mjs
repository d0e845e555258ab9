// What the front end makes of one line of a .cnn file, for the walk in ARCHITECTURE.md:
//     node test/docs/print-syntax.mjs FILE LINE tokens|tree
import * as fs from "node:fs";
import { parse, sourceFile } from "../../dist/grammar/index.js";
import { Report } from "../../dist/grammar/source/report.js";
import { tokenize } from "../../dist/grammar/tokens/tokenize.js";

const [path, line, what] = process.argv.slice(2);
const file = sourceFile(path, fs.readFileSync(path, "utf8"));
const isOnLine = (offset) => file.position(offset).line === Number(line);

if (what === "tokens") {
  for (const { image, tokenType, startOffset } of tokenize(file, new Report(1)).tokens)
    if (isOnLine(startOffset)) console.log(`${tokenType.name.padEnd(10)} ${image}`);
} else {
  for (const link of linksOf(parse(file).ast)) if (isOnLine(link.span.start)) console.log(sketch(link));
}

/** Every link of every chain, in source order. */
function linksOf(node) {
  if (typeof node !== "object" || node === null) return [];
  const own = node.kind === "Chain" ? node.links : [];
  return [...own, ...Object.entries(node).flatMap(([key, value]) => (key === "span" ? [] : linksOf(value)))];
}

/** `Call conv (Argument Number 6) (Argument kernel = Number 5)` */
function sketch({ kind, name, value, callee, arguments: list = [] }) {
  const parts = list.map((argument) => `(${sketch(argument)})`);
  if (kind === "Call") return ["Call", callee.name, ...parts].join(" ");
  if (kind === "Argument") return `Argument ${name ? `${name.name} = ` : ""}${sketch(value)}`;
  return `${kind} ${value}`;
}
