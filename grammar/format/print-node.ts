import { doc, util } from "prettier";
import type { AstPath, Doc, ParserOptions } from "prettier";
import type * as ast from "../ast/nodes.ts";
import { printComment, takeDangling } from "./comments.ts";
import type { LayoutNode } from "./layout-tree.ts";

const { fill, group, hardline, ifBreak, indent, join, line, softline } = doc.builders;

export type Path = AstPath<LayoutNode>;
export type Options = ParserOptions<LayoutNode>;

/** Prints the child under a name, or the children. */
interface Children {
  readonly one: (name: string) => Doc;
  readonly all: (name: string) => Doc[];
  readonly text: string;
}

export function printNode(path: Path, options: Options, print: (path: Path) => Doc): Doc {
  const call = (name: string): unknown => path.call(print as never, name as never);
  const map = (name: string): unknown => path.map(print as never, name as never);
  const children: Children = {
    one: (name) => call(name) as Doc,
    all: (name) => map(name) as Doc[],
    text: options.originalText,
  };
  const printed = printers[path.node.kind](path.node as never, children);
  return isLaterLink(path) ? ["-> ", printed] : printed;
}

/** The arrow belongs to the link behind it, so that comments before the link stand before its arrow. */
function isLaterLink({ key, index, parent }: Path): boolean {
  return key === "links" && (parent?.kind !== "Links" || index !== 0);
}

type Printers = {
  readonly [Kind in LayoutNode["kind"]]: (node: Extract<LayoutNode, { kind: Kind }>, children: Children) => Doc;
};

const printers: Printers = {
  File: (node, { one, all, text }) => {
    const declarations = all("declarations").map((printed, i) => {
      const [here, next] = [node.declarations[i], node.declarations[i + 1]];
      if (here === undefined || next === undefined) return printed;
      const close = here.kind === "Import" && next.kind === "Import" && !util.isNextLineEmpty(text, here.span.end);
      return [printed, hardline, close ? "" : hardline];
    });
    if (node.version === undefined) return declarations.length === 0 ? "" : [declarations, hardline];
    return [one("version"), declarations.length === 0 ? "" : [hardline, hardline], declarations, hardline];
  },
  Version: (node) => ["cnn ", String(node.value)],
  Import: (_, { one, all }) => [
    "import ",
    group(["{", indent([line, separated(all("names"))]), line, "}"]),
    " from ",
    one("path"),
  ],
  ImportName: (node, { one }) => [one("name"), node.alias === undefined ? "" : [" as ", one("alias")]],
  Block: (node, children) => [
    declarationHead("block", node, children),
    " ",
    body(node, node.body, children.all("body"), children),
  ],
  Model: (node, children) => [
    declarationHead("model", node, children),
    " ",
    body(node, node.items, children.all("items"), children),
  ],
  Parameter: (node, { one }) => [one("name"), node.default === undefined ? "" : ["=", one("default")]],

  Let: (_, { one }) => [one("name"), " = ", one("value")],
  Shared: (_, { one }) => ["shared ", one("name"), " = ", one("value")],
  Out: (node, { one }) => ["out ", node.name === undefined ? "" : [one("name"), " = "], one("value")],
  Input: (_, { one }) => ["input ", one("name"), ": ", one("type")],
  Output: (_, { one }) => ["output ", one("name"), ": ", one("type"), " = ", one("value")],
  Train: (node, children) => ["train ", body(node, node.entries, children.all("entries"), children)],
  Setting: (_, { one }) => [one("name"), " = ", one("value")],
  Augment: (node, { one, all, text }) => ["augment ", chain(one("input"), node.input, node.links, all("links"), text)],
  Budget: (node, children) => ["budget ", body(node, node.limits, children.all("limits"), children)],
  Limit: (node, { one }) => [one("name"), ` ${node.operator} `, one("value")],
  TypeExpression: (node, { one, all }) => [
    one("name"),
    node.dims === undefined ? "" : bracketed("[", all("dims"), "]"),
    node.arguments === undefined ? "" : argumentList(node.arguments, all("arguments")),
    node.from === undefined ? "" : [" from ", one("from")],
    node.within === undefined ? "" : [" in ", one("within")],
  ],

  Chain: (node, { one, all, text }) => chain(one("head"), node.head, node.links, all("links"), text),
  Call: (node, { one, all }) => [
    one("callee"),
    node.bare ? "" : argumentList(node.arguments, all("arguments")),
    node.alias === undefined ? "" : [" as ", one("alias")],
  ],
  Argument: (node, { one }) => [node.name === undefined ? "" : [one("name"), "="], one("value")],
  Repeat: (node, { one }) => [
    "repeat ",
    node.variable === undefined ? one("count") : [one("variable"), " in ", one("list")],
    " ",
    one("body"),
  ],
  Links: (node, { all, text }) => {
    const [first = "", ...rest] = all("links");
    const [head, ...links] = node.links;
    const inner = head === undefined ? first : linksOf(first, head, links, rest, text);
    return group(["{", indent([line, inner]), line, "}"]);
  },
  If: (node, { one }) => [
    group(["if ", one("condition"), " {", indent([line, one("then")]), line, "}"]),
    " else ",
    node.otherwise?.kind === "If" ? one("otherwise") : group(["{", indent([line, one("otherwise")]), line, "}"]),
  ],
  IfLink: (node, { one }) => [
    ["if ", one("condition"), " ", one("then")],
    node.otherwise === undefined ? "" : [" else ", one("otherwise")],
  ],

  Binary: (node, { one }) => group([one("left"), ` ${node.operator}`, indent([line, one("right")])]),
  Unary: (node, { one }) => [node.operator === "not" ? "not " : "-", one("operand")],
  Number: (node) => node.text,
  String: (node, { text }) => text.slice(node.span.start, node.span.end),
  Boolean: (node) => String(node.value),
  Name: (node) => node.name,
  Identifier: (node) => node.name,
  Attribute: (_, { one }) => [one("object"), ".", one("name")],
  List: (_, { all }) => bracketed("[", all("items"), "]"),
  Range: (_, { one }) => [one("from"), "..", one("to")],
  Paren: (_, { one }) => ["(", indent(one("value")), ")"],
};

function declarationHead(keyword: string, node: ast.Declaration, { one, all }: Children): Doc {
  const parameters = node.parameters.length === 0 ? "" : bracketed("(", all("parameters"), ")");
  return [keyword, " ", one("name"), parameters];
}

/** Statements between braces; on one line only if they were written so and fit. */
function body(
  owner: ast.Node | LayoutNode,
  nodes: readonly ast.Node[],
  printed: readonly Doc[],
  { text }: Children,
): Doc {
  const comments = takeDangling(owner).map(printComment);
  const first = nodes[0];
  if (first === undefined)
    return comments.length === 0 ? "{}" : group(["{", indent([line, join(line, comments)]), line, "}"]);
  const open = text.lastIndexOf("{", first.span.start);
  const spread = text.slice(Math.max(open, owner.span.start), first.span.start).includes("\n");
  const statements = printed.map((statement, i) => {
    const node = nodes[i];
    if (node === undefined || i === printed.length - 1) return statement;
    const gap = util.isNextLineEmpty(text, node.span.end) ? ifBreak(hardline, "") : "";
    return [statement, ifBreak("", " "), line, gap];
  });
  const behindBrace = comments.map((comment) => doc.builders.lineSuffix([" ", comment]));
  return group(["{", behindBrace, indent([line, statements]), line, "}"], {
    shouldBreak: spread || comments.length > 0,
  });
}

/** Links keep the lines that their author grouped them in; a line that is too long is broken before an arrow. */
function chain(head: Doc, headNode: ast.Node, links: readonly ast.Link[], printed: readonly Doc[], text: string): Doc {
  return indent(linksOf(head, headNode, links, printed, text));
}

function linksOf(
  first: Doc,
  firstNode: ast.Node,
  links: readonly ast.Link[],
  printed: readonly Doc[],
  text: string,
): Doc {
  const parts: Doc[] = [first];
  let end = firstNode.span.end;
  links.forEach((link, i) => {
    const arrow = text.slice(end, link.span.start);
    parts.push(/\n/.test(arrow) ? hardline : line, printed[i] ?? "");
    end = link.span.end;
  });
  return fill(parts);
}

function separated(items: readonly Doc[]): Doc {
  return join([",", line], [...items]);
}

function bracketed(open: string, items: readonly Doc[], close: string): Doc {
  if (items.length === 0) return [open, close];
  return group([open, indent([softline, separated(items)]), ifBreak(","), softline, close]);
}

/** A long list of labels fills its lines; other arguments stand on one line each where they do not fit on one. */
function argumentList(nodes: readonly ast.Argument[], printed: readonly Doc[]): Doc {
  const labels = nodes.length > 3 && nodes.every(({ name, value }) => name === undefined && value.kind === "String");
  if (!labels) return bracketed("(", printed, ")");
  const parts = printed.flatMap((item, i): Doc[] => (i < printed.length - 1 ? [[item, ","], line] : [item]));
  return group(["(", indent([softline, fill(parts)]), ifBreak(","), softline, ")"]);
}
