import type { IToken } from "chevrotain";
import { diagnostic } from "../source/diagnostic.ts";
import type { Diagnostic, DiagnosticExtras } from "../source/diagnostic.ts";
import { lineText } from "../source/source-file.ts";
import type { SourceFile } from "../source/source-file.ts";
import { span } from "../source/span.ts";
import type { Span } from "../source/span.ts";
import { syntaxDiagnostics } from "../syntax-diagnostics.ts";
import { roleOf } from "../tokens/role.ts";
import { endOf } from "./segment.ts";

/** Each level of brackets costs the parser some fifty stack frames; a third of Node's stack is spent at the limit. */
export const BRACKET_LIMIT = 64;

/** How tall a tree may be, brackets and operators together; who walks it may recurse. */
export const HEIGHT_LIMIT = 256;

export function spanOf(file: SourceFile, token: IToken): Span {
  return span(file, token.startOffset, endOf(token));
}

/** `at` is the token that shows that the bracket was forgotten; none at the end of the file. */
export function unclosed(file: SourceFile, open: IToken, at: IToken | undefined): Diagnostic {
  const end = file.text.length;
  const place = at === undefined ? span(file, end, end) : spanOf(file, at);
  const message = at === undefined ? "the file ends without closing it" : "here it is still open";
  return diagnostic(
    syntaxDiagnostics,
    "CNN110",
    spanOf(file, open),
    { open: open.image },
    { notes: [{ span: place, message }], ...(commentWithin(file, open) ?? {}) },
  );
}

/** Python's `a // b` is a comment here, which hides the bracket at the end of the line. */
function commentWithin(file: SourceFile, open: IToken): DiagnosticExtras | undefined {
  const { line } = file.position(open.startOffset);
  const start = file.lineStarts[line - 1] ?? 0;
  const match = /([\w.]+)[ \t]*\/\/[ \t]*([\w.]+)/.exec(lineText(file, line).slice(endOf(open) - start));
  if (match === null) return undefined;
  const at = endOf(open) + match.index;
  const text = `floor(${match[1]} / ${match[2]})`;
  const help = "`//` starts a comment; the whole part of a quotient is its `floor`";
  return { help, fix: { title: `write \`${text}\``, edits: [{ span: span(file, at, at + match[0].length), text }] } };
}

export function closesNothing(file: SourceFile, close: IToken): Diagnostic {
  const where = spanOf(file, close);
  const fix = { title: "remove it", edits: [{ span: where, text: "" }] };
  return diagnostic(syntaxDiagnostics, "CNN111", where, { close: close.image }, { fix });
}

export function mismatched(file: SourceFile, open: IToken, close: IToken): Diagnostic {
  const wanted = roleOf(open) === "LeftParen" ? ")" : "]";
  const where = spanOf(file, close);
  return diagnostic(
    syntaxDiagnostics,
    "CNN112",
    where,
    { open: open.image, close: close.image },
    {
      notes: [{ span: spanOf(file, open), message: "opened here" }],
      fix: { title: `write \`${wanted}\``, edits: [{ span: where, text: wanted }] },
    },
  );
}

export function braceMissing(file: SourceFile, after: IToken, found: IToken): Diagnostic {
  const end = endOf(after);
  return diagnostic(
    syntaxDiagnostics,
    "CNN101",
    spanOf(file, found),
    { expected: "`{`", found: `\`${found.image}\`` },
    { fix: { title: "open the body", edits: [{ span: span(file, end, end), text: " {" }] } },
  );
}

export function tooDeep(file: SourceFile, at: IToken, limit: number): Diagnostic {
  return diagnostic(
    syntaxDiagnostics,
    "CNN114",
    spanOf(file, at),
    { limit },
    {
      help: "give a part of the expression a name of its own",
    },
  );
}
