import type { IToken } from "chevrotain";
import { tokenMatcher } from "chevrotain";
import type { Report } from "../source/report.ts";
import type { SourceFile } from "../source/source-file.ts";
import { becomeKeyword, roleOf } from "../tokens/role.ts";
import { tokenType } from "../tokens/vocabulary.ts";
import {
  BRACKET_LIMIT,
  HEIGHT_LIMIT,
  braceMissing,
  closesNothing,
  mismatched,
  tooDeep,
  unclosed,
} from "./bracket-reports.ts";
import { wantsMore } from "./demand.ts";
import { Height } from "./height.ts";
import { layoutOf } from "./layout.ts";
import type { Layout } from "./layout.ts";
import { endOf } from "./segment.ts";
import type { Segment, SegmentKind } from "./segment.ts";
import { isInnerKeyword, statementStart } from "./statement-start.ts";
import type { Place } from "./statement-start.ts";

const binaryOperator = tokenType("BinaryOperator");
const prefixOperator = tokenType("PrefixOperator");

const BRACES: Readonly<Record<string, number>> = { LeftBrace: 1, RightBrace: -1 };

interface Body {
  readonly kind: Place["body"];
  /** The brace that opened it; the file and a body whose brace is missing have none. */
  readonly open: IToken | undefined;
  readonly owner: Segment | undefined;
  readonly segments: Segment[];
}

/**
 * Cuts the tokens into declarations and statements before any of them is parsed: an error in one can then never
 * hide another. Brackets are matched and contextual keywords told from names on the way.
 */
export function outline(file: SourceFile, tokens: IToken[], report: Report): Segment[] {
  return new Outliner(file, tokens, report).run();
}

class Outliner {
  readonly #file: SourceFile;
  readonly #tokens: IToken[];
  readonly #report: Report;
  readonly #layout: Layout;
  readonly #bodies: Body[];
  #index = 0;
  #current: Segment | undefined;
  #brackets: IToken[] = [];
  /** For each open bracket whether a brace was awaited outside it. */
  #controls: boolean[] = [];
  #wanted = false;
  /** `if`, `else` or `repeat` came and its brace not yet. */
  #control = false;
  #height = new Height();
  /** The braces of the file do not match, so that indentation may be asked where one is missing. */
  readonly #unbalanced: boolean;

  constructor(file: SourceFile, tokens: IToken[], report: Report) {
    this.#file = file;
    this.#tokens = tokens;
    this.#report = report;
    this.#layout = layoutOf(file, tokens);
    const braces = tokens.reduce((sum, token) => sum + (BRACES[roleOf(token)] ?? 0), 0);
    this.#unbalanced = braces !== 0;
    this.#bodies = [{ kind: "file", open: undefined, owner: undefined, segments: [] }];
  }

  run(): Segment[] {
    const file = this.#body();
    for (this.#index = 0; this.#index < this.#tokens.length; this.#index++) {
      const token = this.#tokens[this.#index];
      if (token !== undefined) this.#take(token);
    }
    this.#endCurrent(undefined);
    this.#closeBodies(0, undefined);
    return file.segments;
  }

  #body(): Body {
    return this.#bodies.at(-1) as Body;
  }

  #place(): Place {
    return {
      tokens: this.#tokens,
      index: this.#index,
      layout: this.#layout,
      wanted: this.#wanted,
      body: this.#body().kind,
      current: this.#current,
      brackets: this.#brackets.length,
    };
  }

  #take(token: IToken): void {
    const role = roleOf(token);
    if (role === "Identifier") {
      this.#takeWord(token);
    } else if (role === "LeftBrace") {
      this.#openBrace(token);
    } else if (role === "RightBrace") {
      this.#closeBrace(token);
    } else if (role === "LeftParen" || role === "LeftBracket") {
      this.#append(token);
      this.#push(token);
    } else if (role === "RightParen" || role === "RightBracket") {
      this.#closeBracket(token, role === "RightParen" ? "LeftParen" : "LeftBracket");
    } else {
      this.#append(token);
      this.#measure(token, role);
    }
  }

  #takeWord(token: IToken): void {
    if (isInnerKeyword(this.#place())) {
      becomeKeyword(token);
      return this.#append(token);
    }
    if (this.#isBodyWithoutBrace(token)) this.#openMissingBrace(token);
    const kind = statementStart(this.#place());
    if (kind === undefined) return this.#append(token);
    this.#start(kind, token);
  }

  #start(kind: SegmentKind, token: IToken): void {
    this.#endCurrent(token);
    if (["version", "import", "model", "block"].includes(kind)) this.#closeBodies(0, token);
    else if (this.#leavesSection(kind)) this.#closeBodies(this.#bodies.length - 2, token);
    if (kind !== "let" && kind !== "limit" && kind !== "unknown") {
      if (token.image === kind || kind === "version") becomeKeyword(token);
    }
    this.#begin(kind);
    this.#append(token);
  }

  /** Whether a statement shows that the braces of `train` or `budget` were not closed. */
  #leavesSection(kind: SegmentKind): boolean {
    const { kind: body, owner } = this.#body();
    if (body !== "train" && body !== "budget") return false;
    if (["out", "input", "output", "shared", "train", "budget"].includes(kind)) return true;
    if (!this.#unbalanced) return false;
    const column = this.#layout.columnAt(owner?.tokens[0]?.startOffset ?? 0);
    return this.#layout.first(this.#index) && this.#layout.column(this.#index) <= column;
  }

  #begin(kind: SegmentKind): void {
    const start = this.#tokens[this.#index]?.startOffset ?? 0;
    this.#current = { kind, tokens: [], end: start, broken: false };
    this.#body().segments.push(this.#current);
    this.#height = new Height();
  }

  #append(token: IToken): void {
    if (this.#current === undefined) this.#begin("unknown");
    const segment = this.#current as Segment;
    segment.tokens.push(token);
    segment.end = endOf(token);
    segment.next = this.#tokens[this.#index + 1];
    const role = roleOf(token);
    if (role === "If" || role === "Else" || role === "Repeat") this.#control = true;
    // `if a: b`, as in Python, has no brace that a later one could close.
    else if (role === "Colon" && this.#brackets.length === 0) this.#control = false;
    this.#wanted = wantsMore(token, this.#wanted);
  }

  #measure(token: IToken, role: string): void {
    if (role === "Comma") return this.#height.comma();
    const deepens =
      role === "Dot" || role === "Else" || tokenMatcher(token, binaryOperator) || tokenMatcher(token, prefixOperator);
    if (deepens) this.#height.operator();
  }

  #push(token: IToken): void {
    this.#brackets.push(token);
    this.#controls.push(this.#control);
    this.#control = false;
    this.#height.open();
    if (this.#brackets.length > BRACKET_LIMIT) this.#tooDeep(token, BRACKET_LIMIT);
  }

  #tooDeep(token: IToken, limit: number): void {
    const segment = this.#current;
    if (segment === undefined || segment.broken) return;
    this.#report.add(tooDeep(this.#file, token, limit));
    segment.broken = true;
  }

  #closeBracket(token: IToken, opening: string): void {
    const open = this.#brackets.at(-1);
    if (open === undefined || roleOf(open) === "LeftBrace") return this.#strayClose(token);
    this.#append(token);
    this.#popBracket();
    if (roleOf(open) === opening) return;
    this.#report.add(mismatched(this.#file, open, token));
    this.#break();
  }

  /** Gives up the open brackets from a level on; `at` shows that they should have been closed before. */
  #dropBrackets(level: number, at: IToken | undefined): void {
    const tooMany = this.#brackets.length > BRACKET_LIMIT;
    for (const open of this.#brackets.splice(level)) {
      if (!tooMany && !this.#hasOpenString()) this.#report.add(unclosed(this.#file, open, at));
      this.#height.close();
      this.#break();
    }
    this.#controls.length = Math.min(this.#controls.length, level);
  }

  #popBracket(): void {
    this.#brackets.pop();
    this.#control = this.#controls.pop() ?? false;
    this.#height.close();
  }

  /** A string without end has most likely swallowed the closing bracket. */
  #hasOpenString(): boolean {
    return this.#current?.tokens.some((token) => token.tokenType.name === "OpenString") ?? false;
  }

  #strayClose(token: IToken): void {
    this.#report.add(closesNothing(this.#file, token));
    this.#break();
    this.#wanted = false;
  }

  #break(): void {
    if (this.#current !== undefined) this.#current.broken = true;
  }

  // ── Braces ────────────────────────────────────────────────────────────────────────────────────

  #openBrace(token: IToken): void {
    const body = this.#bodyOpenedHere();
    if (body === undefined) {
      this.#append(token);
      this.#control = false;
      return this.#push(token);
    }
    this.#dropBrackets(0, token);
    this.#openBody(body, token);
  }

  /** The kind of body that a brace opens at this place; none if it belongs to `if`, `repeat` or an import. */
  #bodyOpenedHere(): Body["kind"] | undefined {
    const segment = this.#current;
    if (this.#control || segment === undefined || segment.body !== undefined) return undefined;
    const { kind } = segment;
    if (kind === "model" || kind === "block") return kind;
    if (kind === "train" || kind === "budget") return segment.tokens.length === 1 ? kind : undefined;
    return kind === "unknown" && this.#body().kind === "file" ? "unknown" : undefined;
  }

  #openBody(kind: Body["kind"], brace: IToken | undefined): void {
    const owner = this.#current as Segment;
    owner.body = [];
    owner.next = brace ?? owner.next;
    this.#bodies.push({ kind, open: brace, owner, segments: owner.body });
    this.#current = undefined;
    this.#brackets = [];
    this.#wanted = false;
    this.#control = false;
  }

  /** A header followed by a statement: the brace between them is missing. */
  #isBodyWithoutBrace(token: IToken): boolean {
    const segment = this.#current;
    if (segment === undefined || segment.body !== undefined || this.#brackets.length > 0) return false;
    const next = roleOf(this.#tokens[this.#index + 1]);
    if (segment.kind === "train" || segment.kind === "budget") return segment.tokens.length === 1;
    if ((segment.kind !== "model" && segment.kind !== "block") || segment.tokens.length < 2) return false;
    if (this.#wanted) return false;
    return next === "Assign" || next === "Identifier" || (token.image === "out" && next !== "");
  }

  #openMissingBrace(token: IToken): void {
    const segment = this.#current as Segment;
    if (statementStart(this.#place()) === "model" || statementStart(this.#place()) === "block") return;
    this.#report.add(braceMissing(this.#file, segment.tokens.at(-1) as IToken, token));
    this.#openBody(segment.kind as Body["kind"], undefined);
  }

  #closeBrace(token: IToken): void {
    const matching = this.#brackets.findLastIndex((open) => roleOf(open) === "LeftBrace");
    this.#dropBrackets(matching + 1, token);
    if (matching >= 0) {
      this.#append(token);
      return this.#popBracket();
    }
    if (this.#control) {
      // The brace after `if` or `repeat` is missing; this one would have closed it, not the body.
      this.#control = false;
      return this.#append(token);
    }
    if (this.#bodies.length === 1) return this.#strayClose(token);
    this.#endCurrent(token);
    if (this.#closesOuter()) this.#closeBodies(this.#bodies.length - 2, token);
    this.#leaveBody(endOf(token));
  }

  /** By its column the brace belongs to the declaration, so that of the section within it is missing. */
  #closesOuter(): boolean {
    const inner = this.#body();
    if (!this.#unbalanced) return false;
    if ((inner.kind !== "train" && inner.kind !== "budget") || !this.#layout.first(this.#index)) return false;
    const outer = this.#bodies.at(-2)?.owner?.tokens[0];
    const owner = inner.owner?.tokens[0];
    if (outer === undefined || owner === undefined) return false;
    const column = this.#layout.column(this.#index);
    return column < this.#layout.columnAt(owner.startOffset) && column <= this.#layout.columnAt(outer.startOffset);
  }

  #leaveBody(end: number): void {
    const { owner } = this.#bodies.pop() as Body;
    if (owner !== undefined) owner.end = end;
    this.#current = undefined;
    this.#wanted = false;
    this.#control = false;
  }

  /** Closes all bodies above a level; `at` shows that they should have been closed before. */
  #closeBodies(level: number, at: IToken | undefined): void {
    while (this.#bodies.length > level + 1) {
      const { open, segments, owner } = this.#body();
      if (open !== undefined) this.#report.add(unclosed(this.#file, open, at));
      this.#leaveBody(segments.at(-1)?.end ?? owner?.end ?? 0);
    }
  }

  #endCurrent(at: IToken | undefined): void {
    const segment = this.#current;
    this.#dropBrackets(0, at);
    if (segment !== undefined && this.#height.total() > HEIGHT_LIMIT)
      this.#tooDeep(segment.tokens[0] as IToken, HEIGHT_LIMIT);
    this.#current = undefined;
    this.#wanted = false;
    this.#control = false;
  }
}
