import { format } from "prettier";
import type { Plugin, Printer } from "prettier";
import type * as ast from "../ast/nodes.ts";
import { parse } from "../parser/parse.ts";
import { sourceFile } from "../source/source-file.ts";
import { attachBeforeLine, attachToBrace, printComment, printDangling } from "./comments.ts";
import type { AttachedComment } from "./comments.ts";
import { layoutTree } from "./layout-tree.ts";
import { printNode } from "./print-node.ts";
import type { LayoutNode } from "./layout-tree.ts";
import { visitorKeys } from "./visitor-keys.ts";

/** A file with errors is not formatted: what the parser could not read would be lost. */
function parseForFormat(text: string): LayoutNode {
  const { ast: file, diagnostics } = parse(sourceFile("", text));
  const error = diagnostics.find((report) => report.severity === "error");
  if (error === undefined) return layoutTree(file);
  const { line, column } = error.span.file.position(error.span.start);
  const syntaxError: SyntaxError & { loc?: unknown } = new SyntaxError(`${error.message} (${line}:${column})`);
  syntaxError.loc = { start: { line, column } };
  throw syntaxError;
}

const printer: Printer<LayoutNode> = {
  print: (path, options, print) => {
    const printed = printNode(path, options, print);
    return [printed, printDangling(path.node)];
  },
  getVisitorKeys: (node) => [...(visitorKeys[node.kind] ?? [])],
  canAttachComment: (node: { readonly kind: string }) => node.kind !== "Comment",
  isBlockComment: (comment) => (comment as unknown as ast.Comment).style === "block",
  printComment: (path) => printComment(path.node as unknown as ast.Comment),
  handleComments: {
    ownLine: (comment, _, __, root) => attachBeforeLine(comment as AttachedComment, root),
    endOfLine: (comment, text) => attachToBrace(comment as AttachedComment, text),
  },
};

/** The formatter of .cnn files, for prettier. */
export const cnnPlugin: Plugin<LayoutNode> = {
  languages: [{ name: "cnn", parsers: ["cnn"], extensions: [".cnn"], vscodeLanguageIds: ["cnn"] }],
  parsers: {
    cnn: {
      parse: parseForFormat,
      astFormat: "cnn",
      locStart: (node) => node.span.start,
      locEnd: (node) => node.span.end,
    },
  },
  printers: { cnn: printer },
};

export const LINE_WIDTH = 110;

/** Formats a text; throws a SyntaxError for one that does not parse. */
export function formatText(text: string): Promise<string> {
  return format(text, { parser: "cnn", plugins: [cnnPlugin as Plugin], printWidth: LINE_WIDTH });
}
