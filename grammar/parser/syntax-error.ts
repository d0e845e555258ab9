import type { IRecognitionException, IToken } from "chevrotain";
import { diagnostic } from "../source/diagnostic.ts";
import type { Diagnostic, DiagnosticExtras } from "../source/diagnostic.ts";
import { didYouMean } from "../source/did-you-mean.ts";
import type { SourceFile } from "../source/source-file.ts";
import { span } from "../source/span.ts";
import { syntaxDiagnostics } from "../syntax-diagnostics.ts";
import { roleOf } from "../tokens/role.ts";
import { reservedWords } from "../tokens/table.ts";
import { shortened } from "../tokens/tokenize.ts";
import { spanOf } from "./bracket-reports.ts";
import { endOf } from "./segment.ts";
import type { Segment } from "./segment.ts";

/** Says in plain words what the parser stumbled over. */
export function syntaxError(file: SourceFile, segment: Segment, error: IRecognitionException): Diagnostic {
  const atEnd = error.token.tokenType.name === "EOF";
  const found = atEnd ? segment.next : error.token;
  const last = segment.tokens.at(atEnd ? -1 : segment.tokens.indexOf(error.token) - 1);
  const extras = adviceFor(file, error.message, found, last, atEnd);
  const holes = { expected: error.message, found: describe(found) };
  if (!atEnd || found === undefined || last === undefined || sameLine(file, last, found)) {
    const end = endOf(last ?? error.token);
    const where = found === undefined ? span(file, end, end) : spanOf(file, found);
    return diagnostic(syntaxDiagnostics, "CNN101", where, holes, extras);
  }
  // The statement broke off: point behind its last token, not at the innocent next line.
  const ended = found.image === "}" ? "`}`" : "the end of the statement";
  const where = span(file, endOf(last), endOf(last));
  return diagnostic(syntaxDiagnostics, "CNN101", where, { ...holes, found: ended }, extras);
}

/** A word that starts no statement of its place. */
export function unknownStatement(
  file: SourceFile,
  first: IToken,
  expected: string,
  words: readonly string[],
): Diagnostic {
  const where = spanOf(file, first);
  const near = roleOf(first) === "Identifier" ? didYouMean(first.image, words) : undefined;
  const fix =
    near === undefined ? undefined : { title: `did you mean \`${near}\`?`, edits: [{ span: where, text: near }] };
  const isLink = first.image === "->";
  const help = isLink ? "a chain starts with a value: `NAME = VALUE -> …`" : undefined;
  return diagnostic(syntaxDiagnostics, "CNN101", where, { expected, found: describe(first) }, { fix, help });
}

function describe(token: IToken | undefined): string {
  return token === undefined ? "the end of the file" : `\`${shortened(token.image)}\``;
}

function sameLine(file: SourceFile, a: IToken, b: IToken): boolean {
  return file.position(endOf(a)).line === file.position(b.startOffset).line;
}

function adviceFor(
  file: SourceFile,
  expected: string,
  found: IToken | undefined,
  last: IToken | undefined,
  atEnd: boolean,
): DiagnosticExtras {
  if (found === undefined || atEnd) return {};
  const role = roleOf(found);
  if (expected === "a value" && role === "Repeat") {
    return { help: "`repeat` passes a value through its links: `in -> repeat 2 { … }`" };
  }
  if (expected === "a value" && role === "Arrow") return { help: "a chain starts with a value: `in -> …`" };
  if (expected === "a value" && role === "Assign" && last?.image === "=") return { help: "equality is written `==`" };
  const wantsName = expected.includes("name") && expected !== "`=` after the name";
  if (wantsName && reservedWords.includes(found.image)) return { help: `\`${found.image}\` is a reserved word` };
  const startsLink = role === "Identifier" || role === "Repeat" || role === "If";
  if (expected.includes("`->`") && startsLink && last !== undefined && sameLine(file, last, found)) {
    const at = span(file, found.startOffset, found.startOffset);
    return { fix: { title: "pass the value on with `->`", edits: [{ span: at, text: "-> " }] } };
  }
  const startsValue = startsLink || ["Number", "String", "LeftBracket", "True", "False"].includes(role);
  if (expected.startsWith("`,` or") && startsValue && last !== undefined) {
    const at = span(file, endOf(last), endOf(last));
    return { fix: { title: "separate them with `,`", edits: [{ span: at, text: "," }] } };
  }
  return {};
}
