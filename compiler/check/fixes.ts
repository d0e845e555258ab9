import { textOf } from "../../grammar/index.ts";
import type { Argument, Call, Edit, Expression, Fix, Span } from "../../grammar/index.ts";

/** A call as far as its words and arguments go; a setting like `optimizer = sgd` has no parentheses. */
export type Written = Pick<Call, "arguments" | "callee"> & { readonly span?: Span };

export function replacement(span: Span, text: string, title = `write \`${text}\``): Fix {
  return { title, edits: [{ span, text }] };
}

export function insertBefore({ file, start }: Span, text: string): Edit {
  return { span: { file, start, end: start }, text };
}

export function insertBehind({ file, end }: Span, text: string): Edit {
  return { span: { file, start: end, end }, text };
}

/** Takes an argument out, with the comma that sets it apart. */
export function withoutArgument(argument: Argument, { arguments: all }: Written): Edit {
  const i = all.indexOf(argument);
  const { file, start, end } = argument.span;
  const [before, after] = [all[i - 1]?.span.end, all[i + 1]?.span.start];
  return { span: { file, start: before ?? start, end: before === undefined ? (after ?? end) : end }, text: "" };
}

export function exchange({ span: a }: Expression, { span: b }: Expression): Fix {
  const edits = [
    { span: a, text: textOf(b) },
    { span: b, text: textOf(a) },
  ];
  return { title: "change their places", edits };
}
