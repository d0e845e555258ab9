import { Lexer } from "chevrotain";
import type { IToken } from "chevrotain";
import type { Comment } from "../ast/nodes.ts";
import { diagnostic } from "../source/diagnostic.ts";
import { didYouMean } from "../source/did-you-mean.ts";
import type { Report } from "../source/report.ts";
import type { SourceFile } from "../source/source-file.ts";
import { span } from "../source/span.ts";
import { syntaxDiagnostics } from "../syntax-diagnostics.ts";
import { replacement } from "./lookalikes.ts";
import { findUnit, numberValue, splitNumber, unitMeant, units } from "./units.ts";
import { vocabulary } from "./vocabulary.ts";

export interface Tokens {
  /** Without comments and blanks. */
  readonly tokens: IToken[];
  readonly comments: readonly Comment[];
}

export const TOKEN_LIMIT = 50_000;
const NAME_LIMIT = 200;

const lexer = new Lexer([...vocabulary.ordered], {
  positionTracking: "onlyOffset",
  skipValidations: true,
});

/** Cuts a file into tokens. What is malformed is reported and, where its meaning is clear, kept as that. */
export function tokenize(file: SourceFile, report: Report): Tokens {
  const { tokens, groups } = lexer.tokenize(file.text);
  if (tokens.length > TOKEN_LIMIT) {
    const at = tokens[TOKEN_LIMIT] as IToken;
    const where = span(file, at.startOffset, at.startOffset + at.image.length);
    report.add(diagnostic(syntaxDiagnostics, "CNN123", where, { limit: TOKEN_LIMIT }));
    return { tokens: [], comments: [] };
  }
  checkAll(tokens, checkToken);
  checkAll(firstOfEach(tokens), checkName);
  checkAll(groups["dropped"], reportLookalike);
  checkAll(groups["strays"], reportStray);
  const comments = (groups["comments"] ?? []).map((token) => toComment(file, token, report));
  return { tokens, comments };

  function checkAll(list: readonly IToken[] | undefined, check: typeof checkToken): void {
    for (const token of list ?? []) {
      if (report.overflowed) return;
      check(file, token, report);
    }
  }
}

/** A name is reported where it stands first, however often it is used. */
function firstOfEach(tokens: readonly IToken[]): IToken[] {
  const names = new Map<string, IToken>();
  for (const token of tokens)
    if (token.tokenType.name === "Identifier" && !names.has(token.image)) names.set(token.image, token);
  return [...names.values()];
}

function checkToken(file: SourceFile, token: IToken, report: Report): void {
  switch (token.tokenType.name) {
    case "Number":
      return checkNumber(file, token, report);
    case "String":
      return checkEscapes(file, token, report);
    case "OpenString":
      return reportOpenString(file, token, report);
    case "DotAtEnd":
    case "DotAtStart":
      return reportDot(file, token, report);
    default:
      reportLookalike(file, token, report);
  }
}

function checkNumber(file: SourceFile, token: IToken, report: Report): void {
  const parts = splitNumber(token.image);
  const where = span(file, token.startOffset, token.startOffset + token.image.length);
  if (parts === undefined) return;
  if (!Number.isFinite(numberValue(parts))) {
    report.add(diagnostic(syntaxDiagnostics, "CNN122", where, { number: shortened(token.image) }));
  }
  if (parts.unit === "" || findUnit(parts.unit) !== undefined) return;
  const unitSpan = span(file, where.end - parts.unit.length, where.end);
  const names = units.map((unit) => unit.name);
  const near = unitMeant(parts.unit) ?? didYouMean(parts.unit, names);
  report.add(
    diagnostic(
      syntaxDiagnostics,
      "CNN102",
      unitSpan,
      { unit: shortened(parts.unit) },
      {
        help: /^[_xobXOB]/.test(parts.unit)
          ? "numbers are written in decimal digits, without `_`"
          : `the units are ${names.join(", ")}`,
        fix:
          near === undefined
            ? undefined
            : { title: `did you mean \`${near}\`?`, edits: [{ span: unitSpan, text: near }] },
      },
    ),
  );
}

function checkEscapes(file: SourceFile, token: IToken, report: Report): void {
  if (!token.image.includes("\\")) return;
  for (const match of token.image.matchAll(/\\([^\r\n])/g)) {
    if ('"\\nt'.includes(match[1] ?? "")) continue;
    if (report.overflowed) return;
    const start = token.startOffset + match.index;
    const where = span(file, start, start + 2);
    report.add(
      diagnostic(
        syntaxDiagnostics,
        "CNN109",
        where,
        { escape: match[0] },
        {
          help: 'the escapes are \\" \\\\ \\n \\t; in paths write `/`',
          fix: {
            title: "write the backslash twice to mean it",
            edits: [{ span: span(file, start, start), text: "\\" }],
          },
        },
      ),
    );
  }
}

function checkName(file: SourceFile, token: IToken, report: Report): void {
  const { length } = token.image;
  const where = span(file, token.startOffset, token.startOffset + length);
  if (length > NAME_LIMIT) {
    report.add(diagnostic(syntaxDiagnostics, "CNN124", where, { length, limit: NAME_LIMIT }));
  }
  if (/^\p{ASCII}*$/u.test(token.image)) return;
  report.add(
    diagnostic(
      syntaxDiagnostics,
      "CNN108",
      where,
      { name: shortened(token.image) },
      {
        help: "names become identifiers in TypeScript and C++; labels and comments may use any script",
      },
    ),
  );
}

function reportOpenString(file: SourceFile, token: IToken, report: Report): void {
  const end = token.startOffset + token.image.length;
  report.add(
    diagnostic(
      syntaxDiagnostics,
      "CNN104",
      span(file, token.startOffset, end),
      {},
      {
        help: 'a string ends on the line where it starts: close it with `"`',
      },
    ),
  );
}

function reportDot(file: SourceFile, token: IToken, report: Report): void {
  const start = token.startOffset;
  const end = start + token.image.length;
  const [at, text] = token.image.startsWith(".") ? [start, `0${token.image}`] : [end, `${token.image}0`];
  report.add(
    diagnostic(
      syntaxDiagnostics,
      "CNN103",
      span(file, start, end),
      {},
      {
        fix: { title: `write \`${shortened(text)}\``, edits: [{ span: span(file, at, at), text: "0" }] },
      },
    ),
  );
}

function reportLookalike(file: SourceFile, token: IToken, report: Report): void {
  const entry = vocabulary.lookalikeOf.get(token.tokenType);
  if (entry === undefined) return;
  const text = replacement(entry, token.image);
  const where = span(file, token.startOffset, token.startOffset + token.image.length);
  const advice = text === "" ? "statements need no end mark" : `write \`${shortened(text.trim())}\``;
  report.add(
    diagnostic(
      syntaxDiagnostics,
      "CNN107",
      where,
      { written: shortened(token.image), advice },
      {
        fix: { title: text === "" ? "remove it" : advice, edits: [{ span: where, text }] },
      },
    ),
  );
}

function reportStray(file: SourceFile, token: IToken, report: Report): void {
  const where = span(file, token.startOffset, token.startOffset + token.image.length);
  const [first = ""] = token.image.slice(0, 2);
  const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(first);
  const character = printable ? `\`${first}\`` : `the character U+${hex(first)}`;
  const fix = { title: "remove it", edits: [{ span: where, text: "" }] };
  const help = "`if a { b } else { c }` chooses between values";
  report.add(diagnostic(syntaxDiagnostics, "CNN106", where, { character }, first === "?" ? { help } : { fix }));
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

function toComment(file: SourceFile, token: IToken, report: Report): Comment {
  const image = token.image;
  const where = span(file, token.startOffset, token.startOffset + image.length);
  switch (token.tokenType.name) {
    case "DocComment":
      return { kind: "Comment", style: "doc", text: image.slice(3).replace(/^ /, ""), span: where };
    case "LineComment":
      return { kind: "Comment", style: "line", text: image.slice(2).trim(), span: where };
    case "OpenComment":
      report.add(
        diagnostic(
          syntaxDiagnostics,
          "CNN105",
          span(file, where.start, where.start + 2),
          {},
          {
            help: "everything after it is read as comment: close it with `*/`",
          },
        ),
      );
      return { kind: "Comment", style: "block", text: image.slice(2).trim(), span: where };
    default:
      return { kind: "Comment", style: "block", text: image.slice(2, -2).trim(), span: where };
  }
}

const LONGEST_QUOTE = 40;

/** What a message quotes of a text that may be long. */
export function shortened(text: string): string {
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE - 1)}…`;
}
