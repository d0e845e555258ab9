import type { CstElement, CstNode, IToken } from "chevrotain";

/*
 * Access to the parser's tree. A node reaches the builder only if its rule matched without error, so what the
 * rule demands is there; `need` says so to the type checker.
 */

export function childNodes(node: CstNode, name: string): readonly CstNode[] {
  return (node.children[name] ?? []).filter(isNode);
}

export function childTokens(node: CstNode, name: string): readonly IToken[] {
  return (node.children[name] ?? []).filter(isToken);
}

export function childNode(node: CstNode, name: string, index = 0): CstNode | undefined {
  return childNodes(node, name)[index];
}

export function childToken(node: CstNode, name: string, index = 0): IToken | undefined {
  return childTokens(node, name)[index];
}

export function need<T>(found: T | undefined): T {
  if (found === undefined) throw new Error("the syntax tree lacks a part that its rule demands");
  return found;
}

function isNode(element: CstElement): element is CstNode {
  return "children" in element;
}

function isToken(element: CstElement): element is IToken {
  return "image" in element;
}
