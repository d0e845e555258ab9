import type { CstNode, IToken } from "chevrotain";
import { diagnostic } from "../source/diagnostic.ts";
import type { DiagnosticExtras } from "../source/diagnostic.ts";
import type { Report } from "../source/report.ts";
import type { SourceFile } from "../source/source-file.ts";
import { span, spanning } from "../source/span.ts";
import type { Span } from "../source/span.ts";
import { syntaxDiagnostics } from "../syntax-diagnostics.ts";
import { roleOf } from "../tokens/role.ts";
import { numberValue, splitNumber } from "../tokens/units.ts";
import { vocabulary } from "../tokens/vocabulary.ts";
import { childNode, childNodes, childToken, childTokens, need } from "./cst.ts";
import { callInstead } from "./call-instead.ts";
import type * as ast from "./nodes.ts";
import { COMPARISON, RANGE, precedence, prefixPrecedence } from "./operators.ts";

interface PendingOperator {
  readonly text: ast.BinaryOperator | ast.Unary["operator"] | "..";
  readonly span: Span;
  readonly arity: 1 | 2;
  readonly precedence: number;
}

/** Makes expressions out of the parser's tree. */
export class ExpressionBuilder {
  readonly file: SourceFile;
  readonly report: Report;

  constructor(file: SourceFile, report: Report) {
    this.file = file;
    this.report = report;
  }

  spanOf(token: IToken): Span {
    return span(this.file, token.startOffset, token.startOffset + token.image.length);
  }

  identifier(token: IToken): ast.Identifier {
    return { kind: "Identifier", name: token.image, span: this.spanOf(token) };
  }

  optionalIdentifier(token: IToken | undefined): ast.Identifier | undefined {
    return token === undefined ? undefined : this.identifier(token);
  }

  string(token: IToken): ast.StringLiteral {
    const closed = token.tokenType.name !== "OpenString";
    const inner = token.image.slice(1, closed ? -1 : undefined);
    const value = inner.replace(/\\(.)/g, (_, escaped: string) => ESCAPES[escaped] ?? escaped);
    return { kind: "String", value, span: this.spanOf(token) };
  }

  number(token: IToken): ast.NumberLiteral {
    const text = token.image;
    const parts = splitNumber(text) ?? { digits: "0", exponent: 0, unit: "" };
    const unit = parts.unit === "" ? undefined : parts.unit;
    return { kind: "Number", value: numberValue(parts), unit, text, span: this.spanOf(token) };
  }

  // ── Chains ────────────────────────────────────────────────────────────────────────────────────

  value(node: CstNode): ast.Expression {
    const head = this.expression(need(childNode(node, "expression")));
    const links = childNodes(node, "link").map((link) => this.link(link));
    const last = links.at(-1);
    if (last === undefined) return head;
    this.#checkMixing(node, head, links);
    return { kind: "Chain", head, links, span: spanning(head.span, last.span) };
  }

  /** `a + b -> f` and `a -> f + b`: the reader cannot see what belongs together. */
  #checkMixing(node: CstNode, head: ast.Expression, links: readonly ast.Link[]): void {
    const stray = childToken(node, "BinaryOperator");
    if (head.kind === "Binary" || head.kind === "Unary" || head.kind === "Range") {
      const operator = head.kind === "Range" ? ".." : head.operator;
      const isSum = head.kind === "Binary" && head.left.kind !== "Number" && head.right.kind !== "Number";
      const instead = isSum ? callInstead(head) : {};
      this.#reportMixing(operator, operatorSpan(head), head.span, instead);
    } else if (stray !== undefined) {
      const before = links.filter((link) => link.span.end <= stray.startOffset).at(-1);
      const wrapped = before === undefined ? head.span : spanning(head.span, before.span);
      this.#reportMixing(operatorText(stray), this.spanOf(stray), wrapped);
    }
  }

  #reportMixing(operator: string, at: Span, wrapped: Span, instead: DiagnosticExtras = {}): void {
    const edits = [
      { span: span(this.file, wrapped.start, wrapped.start), text: "(" },
      { span: span(this.file, wrapped.end, wrapped.end), text: ")" },
    ];
    this.report.add(
      diagnostic(
        syntaxDiagnostics,
        "CNN113",
        at,
        { operator },
        {
          help: "to add tensors in a network, use `add(a, b)`",
          fix: { title: "put parentheses", edits },
          ...instead,
        },
      ),
    );
  }

  link(node: CstNode): ast.Link {
    const repeat = childNode(node, "repeat");
    if (repeat !== undefined) return this.#repeat(repeat);
    const choice = childNode(node, "ifLink");
    if (choice !== undefined) return this.#ifLink(choice);
    return this.#linkCall(need(childNode(node, "linkCall")));
  }

  #linkCall(node: CstNode): ast.Call {
    const argumentsNode = childNode(node, "arguments");
    return this.#callOf(
      node,
      argumentsNode,
      childToken(node, "As") === undefined ? undefined : childToken(node, "Identifier", 1),
    );
  }

  #callOf(node: CstNode, argumentsNode: CstNode | undefined, alias: IToken | undefined): ast.Call {
    const callee = this.identifier(need(childToken(node, "Identifier")));
    const close = argumentsNode === undefined ? undefined : childToken(argumentsNode, "RightParen");
    const last = alias ?? close;
    return {
      kind: "Call",
      callee,
      arguments: argumentsNode === undefined ? [] : this.arguments(argumentsNode),
      alias: this.optionalIdentifier(alias),
      bare: argumentsNode === undefined,
      span: last === undefined ? callee.span : spanning(callee.span, this.spanOf(last)),
    };
  }

  arguments(node: CstNode): ast.Argument[] {
    return childNodes(node, "argument").map((argument) => {
      const name = this.optionalIdentifier(childToken(argument, "Identifier"));
      const value = this.value(need(childNode(argument, "value")));
      return { kind: "Argument", name, value, span: name === undefined ? value.span : spanning(name.span, value.span) };
    });
  }

  #repeat(node: CstNode): ast.Repeat {
    const start = this.spanOf(need(childToken(node, "Repeat")));
    const variable = this.optionalIdentifier(childToken(node, "Identifier"));
    const header = this.expression(need(childNode(node, "expression")));
    const body = this.#links(need(childNode(node, "links")));
    const whole = spanning(start, body.span);
    return variable === undefined
      ? { kind: "Repeat", count: header, body, span: whole }
      : { kind: "Repeat", variable, list: header, body, span: whole };
  }

  #links(node: CstNode): ast.Links {
    const links = childNodes(node, "link").map((link) => this.link(link));
    const open = this.spanOf(need(childToken(node, "LeftBrace")));
    return { kind: "Links", links, span: spanning(open, this.spanOf(need(childToken(node, "RightBrace")))) };
  }

  #ifLink(node: CstNode): ast.IfLink {
    const bodies = childNodes(node, "links").map((links) => this.#links(links));
    const ifs = childTokens(node, "If");
    const conditions = childNodes(node, "expression").map((condition) => this.expression(condition));
    let otherwise: ast.Links | ast.IfLink | undefined = bodies[ifs.length];
    for (let i = ifs.length - 1; i >= 0; i--) {
      const then: ast.Links = need(bodies[i]);
      const whole = spanning(this.spanOf(need(ifs[i])), (otherwise ?? then).span);
      otherwise = { kind: "IfLink", condition: need(conditions[i]), then, otherwise, span: whole };
    }
    return otherwise as ast.IfLink;
  }

  // ── Operators ─────────────────────────────────────────────────────────────────────────────────

  /** Applies precedence to the flat list of operands and operators (shunting-yard). */
  expression(node: CstNode): ast.Expression {
    const values: ast.Expression[] = [];
    const pending: PendingOperator[] = [];
    const reduce = (floor: number): void => {
      while ((pending.at(-1)?.precedence ?? -1) >= floor) this.#apply(need(pending.pop()), values);
    };
    const operators = childTokens(node, "BinaryOperator");
    childNodes(node, "operand").forEach((operand, index) => {
      for (const prefix of childTokens(operand, "PrefixOperator")) {
        const text = operatorText(prefix) as ast.Unary["operator"];
        pending.push({ text, span: this.spanOf(prefix), arity: 1, precedence: prefixPrecedence(text) });
      }
      values.push(this.#operand(operand));
      const operator = operators[index];
      if (operator === undefined) return;
      const text = operatorText(operator) as ast.BinaryOperator | "..";
      reduce(precedence(text));
      pending.push({ text, span: this.spanOf(operator), arity: 2, precedence: precedence(text) });
    });
    reduce(0);
    return need(values[0]);
  }

  #apply(operator: PendingOperator, values: ast.Expression[]): void {
    const right = need(values.pop());
    if (operator.arity === 1) {
      const text = operator.text as ast.Unary["operator"];
      values.push({ kind: "Unary", operator: text, operand: right, span: spanning(operator.span, right.span) });
      return;
    }
    const left = need(values.pop());
    this.#checkChaining(operator, left);
    const whole = spanning(left.span, right.span);
    if (operator.text === "..") values.push({ kind: "Range", from: left, to: right, span: whole });
    else values.push({ kind: "Binary", operator: operator.text as ast.BinaryOperator, left, right, span: whole });
  }

  #checkChaining(operator: PendingOperator, left: ast.Expression): void {
    const range = left.kind === "Range";
    const comparison = left.kind === "Binary" && precedence(left.operator) === COMPARISON;
    const chained = operator.precedence === COMPARISON ? comparison : operator.precedence === RANGE && range;
    if (!chained) return;
    const previous = left.kind === "Binary" ? left.operator : "..";
    this.report.add(
      diagnostic(
        syntaxDiagnostics,
        "CNN115",
        operator.span,
        { operator: operator.text, previous },
        {
          help: comparison ? "join two comparisons with `and`" : undefined,
        },
      ),
    );
  }

  // ── Operands ──────────────────────────────────────────────────────────────────────────────────

  #operand(node: CstNode): ast.Expression {
    const dotted = childTokens(node, "Identifier");
    return dotted.reduce<ast.Expression>((object, token) => {
      const name = this.identifier(token);
      return { kind: "Attribute", object, name, span: spanning(object.span, name.span) };
    }, this.#primary(node));
  }

  #primary(node: CstNode): ast.Expression {
    const number = childToken(node, "Number");
    if (number !== undefined) return this.number(number);
    const string = childToken(node, "String");
    if (string !== undefined) return this.string(string);
    const boolean = childToken(node, "True") ?? childToken(node, "False");
    if (boolean !== undefined) return { kind: "Boolean", value: boolean.image === "true", span: this.spanOf(boolean) };
    const incoming = childToken(node, "In");
    if (incoming !== undefined) return { kind: "Name", name: "in", span: this.spanOf(incoming) };
    const call = childNode(node, "call");
    if (call !== undefined) return this.#call(call);
    const list = childNode(node, "list");
    if (list !== undefined) return this.list(list);
    const paren = childNode(node, "paren");
    if (paren !== undefined) return this.#paren(paren);
    return this.#if(need(childNode(node, "if")));
  }

  #call(node: CstNode): ast.Call | ast.Name {
    const argumentsNode = childNode(node, "arguments");
    if (argumentsNode !== undefined) return this.#callOf(node, argumentsNode, childToken(node, "Identifier", 1));
    const name = need(childToken(node, "Identifier"));
    return { kind: "Name", name: name.image, span: this.spanOf(name) };
  }

  list(node: CstNode): ast.List {
    const items = childNodes(node, "value").map((item) => this.value(item));
    const open = this.spanOf(need(childToken(node, "LeftBracket")));
    return { kind: "List", items, span: spanning(open, this.spanOf(need(childToken(node, "RightBracket")))) };
  }

  #paren(node: CstNode): ast.Paren {
    const value = this.value(need(childNode(node, "value")));
    const open = this.spanOf(need(childToken(node, "LeftParen")));
    return { kind: "Paren", value, span: spanning(open, this.spanOf(need(childToken(node, "RightParen")))) };
  }

  #if(node: CstNode): ast.If {
    const branches = childNodes(node, "branch");
    const ifs = childTokens(node, "If");
    const conditions = childNodes(node, "expression").map((condition) => this.expression(condition));
    const values = branches.map((branch) => this.value(need(childNode(branch, "value"))));
    const closings = branches.map((branch) => this.spanOf(need(childToken(branch, "RightBrace"))));
    const end = need(closings.at(-1));
    let otherwise = values[ifs.length];
    if (otherwise === undefined) this.#reportNoElse(need(ifs.at(-1)));
    for (let i = ifs.length - 1; i >= 0; i--) {
      const whole = spanning(this.spanOf(need(ifs[i])), end);
      otherwise = { kind: "If", condition: need(conditions[i]), then: need(values[i]), otherwise, span: whole };
    }
    return otherwise as ast.If;
  }

  #reportNoElse(at: IToken): void {
    this.report.add(
      diagnostic(
        syntaxDiagnostics,
        "CNN116",
        this.spanOf(at),
        {},
        { help: "add `else { … }` with the value of the other case" },
      ),
    );
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

/** The operator as this language spells it. */
function operatorText(token: IToken): string {
  return SPELLINGS.get(roleOf(token)) ?? token.image;
}

const SPELLINGS: ReadonlyMap<string, string> = new Map(
  [...vocabulary.types.values()].flatMap((type): [string, string][] =>
    typeof type.PATTERN === "string" && !vocabulary.lookalikeOf.has(type) ? [[type.name, type.PATTERN]] : [],
  ),
);

/** Where the outermost operator of an expression stands: between its operands or before the only one. */
function operatorSpan(node: ast.Binary | ast.Unary | ast.Range): Span {
  const file = node.span.file;
  if (node.kind === "Unary") return span(file, node.span.start, node.operand.span.start);
  const [left, right] = node.kind === "Range" ? [node.from, node.to] : [node.left, node.right];
  const between = file.text.slice(left.span.end, right.span.start);
  const operator = node.kind === "Range" ? ".." : node.operator;
  const at = left.span.end + Math.max(0, between.indexOf(operator));
  return span(file, at, Math.min(right.span.start, at + operator.length));
}
