import type { CstNode } from "chevrotain";
import { spanning } from "../source/span.ts";
import type { Span } from "../source/span.ts";
import { roleOf } from "../tokens/role.ts";
import { ExpressionBuilder } from "./build-expression.ts";
import { childNode, childNodes, childToken, need } from "./cst.ts";
import type * as ast from "./nodes.ts";

/** Makes statements out of the parser's tree. */
export class StatementBuilder extends ExpressionBuilder {
  version(node: CstNode): ast.Version {
    const keyword = need(childToken(node, "Cnn"));
    const number = this.number(need(childToken(node, "Number")));
    return { kind: "Version", value: number.value, span: spanning(this.spanOf(keyword), number.span) };
  }

  import(node: CstNode): ast.Import {
    const path = this.string(need(childToken(node, "String")));
    const names = childNodes(node, "importName").map((name) => this.#importName(name));
    return { kind: "Import", names, path, span: spanning(this.spanOf(need(childToken(node, "Import"))), path.span) };
  }

  #importName(node: CstNode): ast.ImportName {
    const name = this.identifier(need(childToken(node, "Identifier")));
    const alias = this.optionalIdentifier(childToken(node, "Identifier", 1));
    return { kind: "ImportName", name, alias, span: spanning(name.span, (alias ?? name).span) };
  }

  parameters(header: CstNode): ast.Parameter[] {
    return childNodes(header, "parameter").map((node) => {
      const name = this.identifier(need(childToken(node, "Identifier")));
      const value = childNode(node, "value");
      const preset = value === undefined ? undefined : this.value(value);
      return { kind: "Parameter", name, default: preset, span: spanning(name.span, (preset ?? name).span) };
    });
  }

  let(node: CstNode, doc: ast.Doc | undefined): ast.Let {
    const name = this.identifier(need(childToken(node, "Identifier")));
    const value = this.#valueOf(node);
    return { kind: "Let", name, value, doc, span: spanning(name.span, value.span) };
  }

  setting(node: CstNode): ast.Setting {
    const { name, value, span } = this.let(node, undefined);
    return { kind: "Setting", name, value, span };
  }

  out(node: CstNode, doc: ast.Doc | undefined): ast.Out {
    const name = this.optionalIdentifier(childToken(node, "Identifier"));
    const value = this.#valueOf(node);
    return { kind: "Out", name, value, doc, span: this.#from(node, "Out", value.span) };
  }

  shared(node: CstNode, doc: ast.Doc | undefined): ast.Shared {
    const name = this.identifier(need(childToken(node, "Identifier")));
    const value = this.#valueOf(node);
    return { kind: "Shared", name, value, doc, span: this.#from(node, "Shared", value.span) };
  }

  input(node: CstNode, doc: ast.Doc | undefined): ast.Input {
    const name = this.identifier(need(childToken(node, "Identifier")));
    const type = this.#type(need(childNode(node, "type")));
    return { kind: "Input", name, type, doc, span: this.#from(node, "Input", type.span) };
  }

  output(node: CstNode, doc: ast.Doc | undefined): ast.Output {
    const name = this.identifier(need(childToken(node, "Identifier")));
    const type = this.#type(need(childNode(node, "type")));
    const value = this.#valueOf(node);
    return { kind: "Output", name, type, value, doc, span: this.#from(node, "Output", value.span) };
  }

  augment(node: CstNode): ast.Augment {
    const input = this.identifier(need(childToken(node, "Identifier")));
    const links = childNodes(node, "link").map((link) => this.link(link));
    return { kind: "Augment", input, links, span: this.#from(node, "Augment", (links.at(-1) ?? input).span) };
  }

  limit(node: CstNode): ast.Limit {
    const name = this.identifier(need(childToken(node, "Identifier")));
    const less = childToken(node, "Less");
    const value = this.expression(need(childNode(node, "expression")));
    const operator = less !== undefined && roleOf(less) === "Less" ? "<" : "<=";
    return { kind: "Limit", name, operator, value, span: spanning(name.span, value.span) };
  }

  #type(node: CstNode): ast.TypeExpression {
    const name = this.identifier(need(childToken(node, "Identifier")));
    const dims = childNode(node, "list");
    const labels = childNode(node, "arguments");
    const from = childToken(node, "String");
    const within = childNode(node, "expression");
    const type = {
      dims: dims === undefined ? undefined : this.list(dims),
      arguments: labels === undefined ? undefined : this.arguments(labels),
      from: from === undefined ? undefined : this.string(from),
      within: within === undefined ? undefined : this.expression(within),
    };
    const close = labels === undefined ? undefined : this.spanOf(need(childToken(labels, "RightParen")));
    const last = type.within?.span ?? type.from?.span ?? close ?? type.dims?.span ?? name.span;
    return { kind: "TypeExpression", name, ...type, dims: type.dims?.items, span: spanning(name.span, last) };
  }

  #valueOf(node: CstNode): ast.Expression {
    return this.value(need(childNode(node, "value")));
  }

  #from(node: CstNode, keyword: string, end: Span): Span {
    return spanning(this.spanOf(need(childToken(node, keyword))), end);
  }
}
