import type { IRecognitionException, IToken } from "chevrotain";
import { diagnostic } from "../source/diagnostic.ts";
import type { Diagnostic, DiagnosticExtras, Fix } from "../source/diagnostic.ts";
import { didYouMean } from "../source/did-you-mean.ts";
import type { SourceFile } from "../source/source-file.ts";
import { span } from "../source/span.ts";
import { syntaxDiagnostics } from "../syntax-diagnostics.ts";
import { roleOf } from "../tokens/role.ts";
import { reservedWords } from "../tokens/table.ts";
import { shortened } from "../tokens/tokenize.ts";
import { spanOf } from "./bracket-reports.ts";
import { foreignAdvice } from "./foreign-advice.ts";
import type { Stumble } from "./foreign-advice.ts";
import { places } from "./places.ts";
import { endOf } from "./segment.ts";
import type { Segment } from "./segment.ts";

/** Says in plain words what the parser stumbled over. */
export function syntaxError(file: SourceFile, segment: Segment, error: IRecognitionException): Diagnostic {
  const atEnd = error.token.tokenType.name === "EOF";
  const place = atEnd ? segment.tokens.length : segment.tokens.indexOf(error.token);
  const last = segment.tokens.at(place - 1);
  // A loop of another language stops making sense at its variable, but it is the word that is wrong.
  const found = isLoop(last) ? last : atEnd ? segment.next : error.token;
  const rule = error.context.ruleStack.at(-1) ?? "";
  const expected = expectedAfter(last, rule, error.message);
  const extras =
    atEnd || found === undefined || last === undefined
      ? {}
      : adviceFor({ file, expected, rule, tokens: segment.tokens, found, last });
  const holes = { expected, found: describe(found) };
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
  const holes = { expected, found: describe(first) };
  const foreign = Object.hasOwn(foreignStarts, first.image) ? foreignStarts[first.image] : undefined;
  if (foreign !== undefined) {
    const { help, instead } = foreign;
    const fits = instead !== undefined && (instead === "" || words.includes(instead));
    return diagnostic(syntaxDiagnostics, "CNN101", where, holes, {
      help,
      ...(fits && { fix: startInstead(file, first, instead) }),
    });
  }
  const fix = meant(file, first, words);
  const isLink = first.image === "->";
  const help = isLink ? "a chain starts with a value: `NAME = VALUE -> …`" : undefined;
  return diagnostic(syntaxDiagnostics, "CNN101", where, holes, { fix, help });
}

function isLoop(token: IToken | undefined): boolean {
  return roleOf(token) === "Identifier" && (token?.image === "for" || token?.image === "while");
}

function startInstead(file: SourceFile, word: IToken, instead: string): Fix {
  if (instead !== "") return replace(file, word, instead, `write \`${instead}\``);
  const blank = /^\s*/.exec(file.text.slice(endOf(word)))![0].length;
  const edits = [{ span: span(file, word.startOffset, endOf(word) + blank), text: "" }];
  return { title: `leave out \`${word.image}\``, edits };
}

/** Words that start a statement elsewhere, and what starts it here; "" is nothing. */
const declared = { help: "a value needs no keyword: `NAME = VALUE`", instead: "" };
const defined = {
  help: "a part of a network with parameters is a `block`; what it gives back is its `out`",
  instead: "block",
};
const looped = { help: "`repeat` passes a value through its links: `x -> repeat 3 { conv(8, kernel=3) -> relu }`" };
const foreignStarts: Readonly<Record<string, { readonly help: string; readonly instead?: string }>> = {
  ...{ let: declared, var: declared, const: declared, val: declared },
  ...{ def: defined, fn: defined, func: defined, function: defined },
  ...{ for: looped, while: looped },
  return: { help: "a block gives back what stands behind `out`, a model its outputs", instead: "out" },
  class: { help: "a network is a `model`, a part of one a `block`", instead: "model" },
  network: { help: "a network is a `model`", instead: "model" },
  net: { help: "a network is a `model`", instead: "model" },
  from: { help: 'layers are part of the language; blocks are imported as `import { NAME } from "./file.cnn"`' },
};

function describe(token: IToken | undefined): string {
  return token === undefined ? "the end of the file" : `\`${shortened(token.image)}\``;
}

function sameLine(file: SourceFile, a: IToken, b: IToken): boolean {
  return file.position(endOf(a)).line === file.position(b.startOffset).line;
}

/** What the elements between brackets are called. */
const ELEMENTS: Readonly<Record<string, string>> = {
  header: "the name of a parameter",
  arguments: "a value",
  list: "a value",
  import: "the name of a block",
};

/** Right behind a bracket or comma an element is expected, not another comma. */
function expectedAfter(last: IToken | undefined, rule: string, expected: string): string {
  const element = ELEMENTS[rule];
  if (element === undefined || last === undefined || !expected.startsWith("`,` or ")) return expected;
  if (last.image === ",") return element;
  return ["(", "[", "{"].includes(last.image) ? `${element} or ${expected.slice("`,` or ".length)}` : expected;
}

function adviceFor(stumble: Stumble): DiagnosticExtras {
  const { file, expected, found, last } = stumble;
  const role = roleOf(found);
  const foreign = foreignAdvice(stumble);
  if (foreign !== undefined) return foreign;
  if (expected === places.file.expected) return { fix: meant(file, found, places.file.words) };
  if (expected.startsWith("a value")) {
    if (role === "Repeat") return { help: "`repeat` passes a value through its links: `in -> repeat 2 { … }`" };
    if (role === "Arrow") return { help: "a chain starts with a value: `in -> …`" };
    if (role === "Assign" && last.image === "=") return { help: "equality is written `==`" };
  }
  if (expected === "`{`" && role === "Assign") return { fix: replace(file, found, "==", "equality is written `==`") };
  if (expected === "`{`" && role !== "RightBrace") {
    const at = span(file, found.startOffset, found.startOffset);
    return { fix: { title: "open the body", edits: [{ span: at, text: "{ " }] } };
  }
  if (expected.includes("name") && reservedWords.includes(found.image))
    return { help: `\`${found.image}\` is a reserved word` };
  return insertion(stumble, role);
}

/** A sign that was most likely forgotten. */
function insertion({ file, expected, found, last }: Stumble, role: string): DiagnosticExtras {
  const startsLink = role === "Identifier" || role === "Repeat" || role === "If";
  if (expected.includes("`->`") && startsLink && sameLine(file, last, found)) {
    const at = span(file, found.startOffset, found.startOffset);
    return { fix: { title: "pass the value on with `->`", edits: [{ span: at, text: "-> " }] } };
  }
  const isOption = expected.startsWith("`,` or ");
  if (role === "Colon" && (isOption || expected.startsWith("`=`")))
    return { fix: replace(file, found, "=", "options are set with `=`") };
  if (!isOption) return {};
  const startsValue = startsLink || ["Number", "String", "LeftBracket", "True", "False", "In"].includes(role);
  const at = span(file, endOf(last), endOf(last));
  return startsValue ? { fix: { title: "separate them with `,`", edits: [{ span: at, text: "," }] } } : {};
}

function replace(file: SourceFile, token: IToken, text: string, title: string): Fix {
  return { title, edits: [{ span: spanOf(file, token), text }] };
}

function meant(file: SourceFile, token: IToken, words: readonly string[]): Fix | undefined {
  const near = roleOf(token) === "Identifier" ? didYouMean(token.image, words) : undefined;
  return near === undefined ? undefined : replace(file, token, near, `did you mean \`${near}\`?`);
}
