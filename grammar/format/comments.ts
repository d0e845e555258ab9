import { doc, util } from "prettier";
import type { Doc } from "prettier";
import type * as ast from "../ast/nodes.ts";
import type { LayoutNode } from "./print-node.ts";

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

/** Nodes that stand on one line as a rule; a comment on a line of its own inside goes before the whole. */
const ON_ONE_LINE = new Set([
  ...["Parameter", "Argument", "Let", "Shared", "Out", "Input", "Output", "Setting", "Limit", "Augment", "Version"],
  ...["Import", "ImportName", "TypeExpression", "Attribute", "Binary", "Unary", "Range", "Paren", "Repeat"],
]);

/** `x = ⏎ // a comment ⏎ in` puts the comment before the statement. */
export function attachBeforeWhole(comment: AttachedComment): boolean {
  const { enclosingNode } = comment;
  if (enclosingNode === undefined || !ON_ONE_LINE.has(enclosingNode.kind)) return false;
  util.addLeadingComment(enclosingNode, comment);
  return true;
}
