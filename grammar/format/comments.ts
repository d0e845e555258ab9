import { doc, util } from "prettier";
import type { Doc } from "prettier";
import type * as ast from "../ast/nodes.ts";
import type { LayoutNode } from "./layout-tree.ts";
import { visitorKeys } from "./visitor-keys.ts";

/** What prettier notes on comments while it attaches and prints them. */
export interface AttachedComment extends ast.Comment {
  leading?: boolean;
  trailing?: boolean;
  printed?: boolean;
  enclosingNode?: LayoutNode;
  precedingNode?: LayoutNode;
  followingNode?: LayoutNode;
}

interface Commented {
  readonly comments?: readonly AttachedComment[];
}

/** Comments inside a node that stand before or behind none of its parts; they count as printed from now on. */
export function takeDangling(node: ast.Node | LayoutNode): AttachedComment[] {
  const { comments = [] } = node as Commented;
  const dangling = comments.filter(({ leading, trailing, printed }) => !leading && !trailing && !printed);
  for (const comment of dangling) comment.printed = true;
  return dangling;
}

export function printComment({ span, style }: ast.Comment): Doc {
  const text = span.file.text.slice(span.start, span.end).trimEnd();
  if (style === "block") return doc.utils.replaceEndOfLine(text, doc.builders.literalline);
  return [text, doc.builders.breakParent];
}

/** Comments that are left where no part of the node is. */
export function printDangling(node: LayoutNode): Doc {
  return takeDangling(node).map((comment) => {
    const text = [" ", printComment(comment)];
    return comment.style === "block" ? text : [doc.builders.lineSuffix(text), doc.builders.breakParent];
  });
}

const WITH_BODY = ["Block", "Model", "Train", "Budget"];

/** `model M { // a comment` stays behind the brace. */
export function attachToBrace(comment: AttachedComment, text: string): boolean {
  const { enclosingNode: owner, precedingNode, followingNode } = comment;
  if (owner === undefined || followingNode === undefined || !WITH_BODY.includes(owner.kind)) return false;
  const from = precedingNode?.span.end ?? owner.span.start;
  if (!/\{[ \t]*$/.test(text.slice(from, comment.span.start))) return false;
  util.addDanglingComment(owner, comment, undefined);
  return true;
}

/** Nodes that stand on one line as a rule; a comment on a line of its own inside goes before the line. */
const ON_ONE_LINE = new Set([
  ...["Parameter", "Argument", "Let", "Shared", "Out", "Input", "Output", "Setting", "Limit", "Augment", "Version"],
  ...["Import", "ImportName", "TypeExpression", "Attribute", "Binary", "Unary", "Range", "Paren", "Repeat"],
]);

/** Nodes that can start a line. */
const LINE_STARTS = new Set([
  ...["Parameter", "Argument", "Let", "Shared", "Out", "Input", "Output", "Setting", "Limit", "Augment"],
  ...["Version", "Import", "ImportName"],
]);

/** `x = ⏎ // a comment ⏎ in` puts the comment before the statement. */
export function attachBeforeLine(comment: AttachedComment, root: LayoutNode): boolean {
  const { enclosingNode: enclosing, followingNode: following } = comment;
  if (enclosing === undefined) return false;
  const beforeAlias = enclosing.kind === "Call" && following !== undefined && following === enclosing.alias;
  const beforeElseIf = enclosing.kind === following?.kind && (enclosing.kind === "If" || enclosing.kind === "IfLink");
  if (!beforeAlias && !beforeElseIf && !ON_ONE_LINE.has(enclosing.kind)) return false;
  util.addLeadingComment(lineAround(comment, root) ?? enclosing, comment);
  return true;
}

/** The innermost node around a comment that can start a line. */
function lineAround(comment: AttachedComment, root: LayoutNode): LayoutNode | undefined {
  let found: LayoutNode | undefined;
  let node: LayoutNode | undefined = root;
  let isLink = false;
  while (node !== undefined) {
    if (LINE_STARTS.has(node.kind) || isLink) found = node;
    isLink = false;
    let inner: LayoutNode | undefined;
    for (const key of visitorKeys[node.kind] ?? []) {
      const child = (node as unknown as Record<string, LayoutNode | readonly LayoutNode[] | undefined>)[key];
      const hit = [child ?? []].flat().find((part: LayoutNode) => encloses(part, comment));
      if (hit === undefined) continue;
      inner = hit;
      isLink = key === "links";
    }
    node = inner;
  }
  return found;
}

function encloses(node: LayoutNode, comment: AttachedComment): boolean {
  return node.span.start <= comment.span.start && comment.span.end <= node.span.end;
}
