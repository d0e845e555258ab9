import type { CstNode } from "chevrotain";
import { StatementBuilder } from "../ast/build-statement.ts";
import { childToken, need } from "../ast/cst.ts";
import { collectDocs } from "../ast/docs.ts";
import type * as ast from "../ast/nodes.ts";
import { diagnostic } from "../source/diagnostic.ts";
import type { Diagnostic } from "../source/diagnostic.ts";
import { Report } from "../source/report.ts";
import type { SourceFile } from "../source/source-file.ts";
import { span } from "../source/span.ts";
import { syntaxDiagnostics } from "../syntax-diagnostics.ts";
import { roleOf } from "../tokens/role.ts";
import { tokenize } from "../tokens/tokenize.ts";
import { BRACKET_LIMIT, spanOf, tooDeep } from "./bracket-reports.ts";
import type { EntryRule } from "./cnn-parser.ts";
import { outline } from "./outline.ts";
import { places, statementName, whereItBelongs } from "./places.ts";
import type { Place } from "./places.ts";
import { endOf } from "./segment.ts";
import type { Segment, SegmentKind } from "./segment.ts";
import { runParser } from "./run-parser.ts";
import { syntaxError, unknownStatement } from "./syntax-error.ts";

export const FILE_SIZE_LIMIT = 1024 * 1024;
export const ERROR_LIMIT = 100;
const KNOWN_VERSION = 1;

export interface ParseResult {
  readonly ast: ast.File;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a file. There is always a tree; what could not be read is reported and left out of it. */
export function parse(file: SourceFile): ParseResult {
  const report = new Report(ERROR_LIMIT);
  const whole = span(file, 0, file.text.length);
  if (file.text.length > FILE_SIZE_LIMIT) {
    const holes = { size: file.text.length, limit: FILE_SIZE_LIMIT };
    report.add(diagnostic(syntaxDiagnostics, "CNN100", span(file, 0, 0), holes));
    const empty = { imports: [], blocks: [], models: [], comments: [] };
    return { ast: { kind: "File", ...empty, span: whole }, diagnostics: report.diagnostics };
  }
  const { tokens, comments } = tokenize(file, report);
  const segments = outline(file, tokens, report);
  const reader = new FileReader(file, report, collectDocs(comments, tokens));
  const tree: ast.File = { kind: "File", ...reader.read(segments), comments, span: whole };
  return { ast: tree, diagnostics: finish(file, report) };
}

function finish(file: SourceFile, report: Report): readonly Diagnostic[] {
  const diagnostics = [...report.diagnostics].sort((a, b) => a.span.start - b.span.start);
  if (!report.overflowed) return diagnostics;
  const end = diagnostics.at(-1)?.span ?? span(file, 0, 0);
  return [...diagnostics, diagnostic(syntaxDiagnostics, "CNN121", end, { limit: ERROR_LIMIT })];
}

interface FileParts {
  version?: ast.Version | undefined;
  imports: ast.Import[];
  blocks: ast.Block[];
  models: ast.Model[];
}

const RULES: Readonly<Partial<Record<SegmentKind, EntryRule>>> = {
  version: "version",
  import: "import",
  model: "header",
  block: "header",
  let: "let",
  limit: "limit",
  out: "out",
  shared: "shared",
  input: "inputItem",
  output: "outputItem",
  augment: "augment",
  train: "section",
  budget: "section",
};

type Item = ast.ModelItem | ast.BlockItem | ast.Setting | ast.Augment | ast.Limit;
type ItemBuilder = (build: StatementBuilder, node: CstNode, doc: ast.Doc | undefined) => Item;

const ITEMS: Readonly<Partial<Record<SegmentKind, ItemBuilder>>> = {
  let: (build, node, doc) => build.let(node, doc),
  limit: (build, node) => build.limit(node),
  out: (build, node, doc) => build.out(node, doc),
  shared: (build, node, doc) => build.shared(node, doc),
  input: (build, node, doc) => build.input(node, doc),
  output: (build, node, doc) => build.output(node, doc),
  augment: (build, node) => build.augment(node),
};

class FileReader {
  readonly #file: SourceFile;
  readonly #report: Report;
  readonly #docs: Map<number, ast.Doc[]>;
  readonly #build: StatementBuilder;

  constructor(file: SourceFile, report: Report, docs: Map<number, ast.Doc[]>) {
    this.#file = file;
    this.#report = report;
    this.#docs = docs;
    this.#build = new StatementBuilder(file, report);
  }

  read(segments: readonly Segment[]): FileParts {
    const parts: FileParts = { imports: [], blocks: [], models: [] };
    for (const segment of segments) this.#declaration(segment, parts, segment === segments[0]);
    for (const docs of this.#docs.values()) for (const doc of docs) this.#reportIdleDoc(doc);
    return parts;
  }

  #declaration(segment: Segment, parts: FileParts, first: boolean): void {
    const doc = this.#docOf(segment);
    if (segment.kind === "model") {
      const items = this.#items(segment, places.model) as ast.ModelItem[];
      const header = this.#header(segment);
      if (header !== undefined) parts.models.push({ kind: "Model", ...header, items, doc });
    } else if (segment.kind === "block") {
      const body = this.#items(segment, places.block) as ast.BlockItem[];
      const header = this.#header(segment);
      if (header !== undefined) parts.blocks.push({ kind: "Block", ...header, body, doc });
    } else if (segment.kind === "version" || segment.kind === "import") {
      const node = this.#parse(segment);
      if (node === undefined) return;
      if (segment.kind === "import") parts.imports.push(this.#build.import(node));
      else parts.version ??= this.#version(node, first);
    } else {
      this.#reportUnknown(segment, places.file);
    }
  }

  #version(node: CstNode, first: boolean): ast.Version | undefined {
    const version = this.#build.version(node);
    if (!first) this.#report.add(diagnostic(syntaxDiagnostics, "CNN119", version.span, {}));
    else if (version.value !== KNOWN_VERSION) {
      const holes = { version: this.#file.text.slice(version.span.start, version.span.end).replace(/^cnn\s*/, "") };
      this.#report.add(
        diagnostic(syntaxDiagnostics, "CNN120", version.span, holes, {
          help: `this compiler reads \`cnn ${KNOWN_VERSION}\``,
        }),
      );
    }
    return version;
  }

  /** A header with errors in its parameters still gives the name, so that the body is not lost. */
  #header(segment: Segment): Pick<ast.Model, "name" | "parameters" | "span"> | undefined {
    const node = this.#parse(segment);
    const start = segment.tokens[0]?.startOffset ?? 0;
    const whole = span(this.#file, start, segment.end);
    if (node !== undefined) {
      if (segment.body === undefined) this.#reportNoBody(segment);
      const name = this.#build.identifier(need(childToken(node, "Identifier")));
      return { name, parameters: this.#build.parameters(node), span: whole };
    }
    const name = segment.tokens[1];
    if (segment.body === undefined || roleOf(name) !== "Identifier") return undefined;
    return { name: this.#build.identifier(name as NonNullable<typeof name>), parameters: [], span: whole };
  }

  #reportNoBody(segment: Segment): void {
    const last = need(segment.tokens.at(-1));
    if (this.#report.hasErrorIn(last.startOffset, endOf(last))) return;
    const where = span(this.#file, endOf(last), endOf(last));
    const found = segment.next === undefined ? "the end of the file" : `\`${segment.next.image}\``;
    this.#report.add(diagnostic(syntaxDiagnostics, "CNN101", where, { expected: "`{`", found }));
  }

  // ── Statements ────────────────────────────────────────────────────────────────────────────────

  #items(segment: Segment, place: Place): Item[] {
    return (segment.body ?? []).flatMap((item) => {
      const doc = this.#docOf(item);
      if (item.kind === "unknown") this.#reportUnknown(item, place);
      else if (place.kinds.includes(item.kind)) return this.#item(item, place, doc) ?? [];
      else this.#reportMisplaced(item, place);
      return [];
    });
  }

  #item(segment: Segment, place: Place, doc: ast.Doc | undefined): Item | undefined {
    if (segment.kind === "train" || segment.kind === "budget") return this.#section(segment, segment.kind);
    const node = this.#parse(segment, place === places.budget ? "limit" : undefined);
    if (node === undefined) return undefined;
    if (place === places.train && segment.kind === "let") return this.#build.setting(node);
    return ITEMS[segment.kind]?.(this.#build, node, doc);
  }

  #section(segment: Segment, kind: "train" | "budget"): ast.Train | ast.Budget | undefined {
    const whole = span(this.#file, segment.tokens[0]?.startOffset ?? 0, segment.end);
    const items = this.#items(segment, places[kind]);
    const node = this.#parse(segment);
    if (node === undefined) return undefined;
    if (segment.body === undefined) {
      this.#reportNoBody(segment);
      return undefined;
    }
    if (kind === "budget") {
      return { kind: "Budget", limits: items.filter((item) => item.kind === "Limit"), span: whole };
    }
    const settings = items.filter((item) => item.kind === "Setting");
    return { kind: "Train", settings, augments: items.filter((item) => item.kind === "Augment"), span: whole };
  }

  /** The parser's tree of a statement, or nothing after an error, which is reported unless one already was. */
  #parse(segment: Segment, as?: EntryRule): CstNode | undefined {
    const rule = as ?? RULES[segment.kind];
    if (segment.broken || rule === undefined || this.#report.overflowed) return undefined;
    const { node, error } = runParser(rule, segment.tokens);
    if (error === undefined) return node;
    const first = need(segment.tokens[0]);
    if (error === "too deep") this.#report.add(tooDeep(this.#file, first, BRACKET_LIMIT));
    else if (!this.#report.hasErrorIn(first.startOffset, endOf(need(segment.tokens.at(-1))))) {
      this.#report.add(syntaxError(this.#file, segment, error));
    }
    return undefined;
  }

  // ── Reports ───────────────────────────────────────────────────────────────────────────────────

  #docOf(segment: Segment): ast.Doc | undefined {
    const start = segment.tokens[0]?.startOffset ?? 0;
    const documented = !["version", "import", "train", "budget", "unknown"].includes(segment.kind);
    if (!documented) return undefined;
    const docs = this.#docs.get(start);
    const doc = docs?.pop();
    if (docs?.length === 0) this.#docs.delete(start);
    return doc;
  }

  #reportIdleDoc(doc: ast.Doc): void {
    const slashes = span(this.#file, doc.span.start, doc.span.start + 3);
    this.#report.add(
      diagnostic(
        syntaxDiagnostics,
        "CNN118",
        doc.span,
        {},
        { fix: { title: "write `//`", edits: [{ span: slashes, text: "//" }] } },
      ),
    );
  }

  #reportUnknown(segment: Segment, place: Place): void {
    const first = segment.tokens[0];
    if (first === undefined || segment.broken || this.#report.overflowed) return;
    if (this.#report.hasErrorIn(first.startOffset, segment.end)) return;
    this.#report.add(unknownStatement(this.#file, first, place.expected, place.words));
  }

  #reportMisplaced(segment: Segment, place: Place): void {
    const first = segment.tokens[0];
    if (first === undefined || segment.broken || this.#report.overflowed) return;
    const holes = { statement: statementName(segment.kind), place: place.name };
    const help = whereItBelongs[segment.kind];
    this.#report.add(diagnostic(syntaxDiagnostics, "CNN117", spanOf(this.#file, first), holes, { help }));
  }
}
