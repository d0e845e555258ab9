import { parse, sourceFile } from "../../../grammar/index.ts";
import type { Block, Expression, Model, ParseResult } from "../../../grammar/index.ts";

export function parseText(text: string): ParseResult {
  return parse(sourceFile("test.cnn", text));
}

/** A tree as short text: `(Chain in [(Call relu)])`. Spans are left out, the obvious is abbreviated. */
export function sketch(node: unknown): string {
  if (Array.isArray(node)) return `[${node.map(sketch).join(" ")}]`;
  if (typeof node !== "object" || node === null) return JSON.stringify(node);
  const { kind, span: _, ...fields } = node as Record<string, unknown>;
  if (kind === "Identifier" || kind === "Name") return String(fields["name"]);
  if (kind === "Number")
    return `${String(fields["value"])}${fields["unit"] === undefined ? "" : `{${String(fields["text"])}}`}`;
  if (kind === "String") return JSON.stringify(fields["value"]);
  if (kind === "Boolean") return String(fields["value"]);
  if (kind === "Doc") return `///${JSON.stringify(fields["text"])}`;
  if (kind === "Binary") return `(${sketch(fields["left"])} ${String(fields["operator"])} ${sketch(fields["right"])})`;
  const parts = Object.entries(fields).flatMap(([name, value]) => {
    const empty = value === undefined || value === false || (Array.isArray(value) && value.length === 0);
    return empty
      ? []
      : [POSITIONAL.has(name) ? sketch(value) : `${name}=${typeof value === "string" ? value : sketch(value)}`];
  });
  return `(${[String(kind), ...parts].join(" ")})`;
}

const POSITIONAL = new Set(["callee", "head", "links", "value", "object", "body", "items", "operand"]);

export function blockOf(body: string): Block {
  const { ast, diagnostics } = parseText(`block B(a, b) { ${body} }`);
  if (diagnostics.length > 0) throw new Error(diagnostics.map((report) => report.message).join("\n"));
  return ast.blocks[0] as Block;
}

export function modelOf(items: string): Model {
  const { ast, diagnostics } = parseText(`model M { ${items} }`);
  if (diagnostics.length > 0) throw new Error(diagnostics.map((report) => report.message).join("\n"));
  return ast.models[0] as Model;
}

export function expressionOf(text: string): Expression {
  const item = blockOf(`x = ${text}`).body[0];
  if (item?.kind !== "Let") throw new Error("not a value");
  return item.value;
}
