import type { DiagnosticExtras } from "../source/diagnostic.ts";
import type { Binary } from "./nodes.ts";

/** The operators that do to values of a network what the signs do to numbers. */
export const arithmeticWords: Readonly<Record<string, string>> = { "+": "add", "-": "sub", "*": "mul", "/": "div" };

/** `a + b` of two values of the network is written `add(a, b)`. */
export function callInstead({ operator, left, right, span }: Binary): DiagnosticExtras {
  const word = arithmeticWords[operator];
  if (word === undefined) return {};
  const { file } = span;
  const edits = [
    { span: { file, start: span.start, end: span.start }, text: `${word}(` },
    { span: { file, start: left.span.end, end: right.span.start }, text: ", " },
    { span: { file, start: span.end, end: span.end }, text: ")" },
  ];
  return {
    help: `values of the network are combined by operators: \`${word}(a, b)\``,
    fix: { title: `write \`${word}(…)\``, edits },
  };
}
