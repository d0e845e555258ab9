import { didYouMean, parse } from "../../grammar/index.ts";
import type { File, Import, ImportName, Model, Note, SourceFile, Span } from "../../grammar/index.ts";
import { registry } from "../ops/registry.ts";
import { checkBlock } from "./check-block.ts";
import { declareBlock, lostBlock } from "./declared-block.ts";
import type { DeclaredBlock } from "./declared-block.ts";
import type { Files } from "./files.ts";
import { normalizePath } from "./files.ts";
import { formatCount } from "./limits.ts";
import { reportRecursion } from "./recursion.ts";
import type { Reporter } from "./reporter.ts";
import { namesIn } from "./used-names.ts";
import { listOf } from "./words.ts";

/** More than a network is ever cut into; with the limit on a file's size it bounds the time of a check. */
export const MOST_FILES = 64;
export const MOST_CHARACTERS = 256 * 1024;

/** A file with the blocks that it declares and imports. */
export interface Module {
  readonly file: File;
  readonly words: ReadonlyMap<string, DeclaredBlock>;
  /** Not all of it could be read: names that it lacks may be there. */
  readonly whole: boolean;
}

/** Where an import on the way to a file stands. */
interface Step {
  readonly path: string;
  readonly span: Span;
}

/** Reads a file's imports, and theirs; each file is read and checked once. */
export class Modules {
  readonly #files: Files;
  readonly #reporter: Reporter;
  readonly #known = new Map<string, Module>();
  #characters = 0;
  #overflowed = false;

  constructor(files: Files, reporter: Reporter) {
    this.#files = files;
    this.#reporter = reporter;
  }

  open(file: File, whole = true, way: readonly Step[] = []): Module {
    const path = normalizePath(file.span.file.path);
    const words = new Map<string, DeclaredBlock>();
    const module: Module = { file, words, whole };
    const places = new Map<string, { readonly span: Span; readonly noun: string }>();
    const declare = (name: string, span: Span, noun: string): boolean => {
      const first = places.get(name);
      if (first === undefined) return Boolean(places.set(name, { span, noun }));
      const notes = [{ span: first.span, message: `\`${name}\` is declared here` }];
      this.#reporter.add("CNN204", span, { name, what: first.noun }, { notes });
      return false;
    };
    for (const node of file.imports) {
      const source = this.#import(node, path, way);
      for (const name of node.names) {
        const local = name.alias ?? name.name;
        if (declare(local.name, local.span, "an imported block"))
          words.set(local.name, this.#imported(name, node, source));
      }
    }
    for (const node of [...file.blocks, ...file.models].sort((a, b) => a.span.start - b.span.start)) {
      const { name, span } = node.name;
      const isNew = declare(name, span, node.kind === "Model" ? "a model" : "a block");
      if (isNew && node.kind === "Block") words.set(name, declareBlock(node, words));
    }
    this.#check(module);
    this.#known.set(path, module);
    return module;
  }

  /** Recursion goes first: the rest trusts that blocks end. */
  #check({ file, words, whole }: Module): void {
    const own = new Map([...words].filter(([, block]) => block.words === words));
    if (!whole) {
      for (const block of own.values()) block.broken = true;
      return;
    }
    reportRecursion(own, this.#reporter);
    for (const block of own.values()) checkBlock(block, this.#reporter);
    const used = new Set([...file.blocks, ...file.models].flatMap((node) => [...namesIn(node)]));
    // A word that means nothing may be one of them, misspelt; that was reported.
    const unknown = [...used].filter((word) => !words.has(word) && !registry.has(word));
    const isMeant = (name: string): boolean => used.has(name) || unknown.some((word) => didYouMean(word, [name]));
    for (const { alias, name } of file.imports.flatMap(({ names }) => names)) {
      const local = alias ?? name;
      if (!isMeant(local.name) && words.get(local.name)?.node !== undefined)
        this.#reporter.add("CNN245", local.span, { name: local.name });
    }
    if (file.models.length === 0) return;
    for (const { name, span } of file.blocks.map((node) => node.name))
      if (!isMeant(name)) this.#reporter.add("CNN236", span, { name });
  }

  /** The file of an import, or nothing after a report. */
  #import(node: Import, from: string, way: readonly Step[]): Module | undefined {
    const source = this.#files.read(node.path);
    if (source === undefined) {
      const help = "the path is relative to the file that names it";
      this.#reporter.add("CNN244", node.path.span, { path: node.path.value }, { help });
      return undefined;
    }
    const path = normalizePath(source.path);
    const here = [...way, { path: from, span: node.path.span }];
    const at = here.findIndex((step) => step.path === path);
    if (at >= 0) {
      this.#reportCycle(here.slice(at), node.path.span);
      return undefined;
    }
    return this.#known.get(path) ?? this.#parse(source, node, here);
  }

  #parse(source: SourceFile, node: Import, way: readonly Step[]): Module | undefined {
    this.#characters += source.text.length;
    if (this.#known.size + way.length >= MOST_FILES || this.#characters > MOST_CHARACTERS) {
      const holes = { files: MOST_FILES, limit: formatCount(MOST_CHARACTERS) };
      if (!this.#overflowed) this.#reporter.add("CNN249", node.path.span, holes);
      this.#overflowed = true;
      return undefined;
    }
    const { ast, diagnostics } = parse(source);
    for (const report of diagnostics) this.#reporter.take(report);
    return this.open(
      ast,
      diagnostics.every(({ severity }) => severity !== "error"),
      way,
    );
  }

  #reportCycle(steps: readonly Step[], place: Span): void {
    const notes = steps.slice(0, -1).map(({ path, span }, i): Note => {
      return { span, message: `\`${baseOf(path)}\` imports \`${baseOf(steps[i + 1]!.path)}\` here` };
    });
    const names = [...steps.map(({ path }) => path), steps[0]!.path].map((path) => `\`${baseOf(path)}\``);
    const shown = names.length > 8 ? [...names.slice(0, 4), "…", ...names.slice(-3)] : names;
    this.#reporter.add("CNN246", place, { cycle: shown.join(" → ") }, { notes: notes.slice(0, 6) });
  }

  #imported({ name }: ImportName, { path }: Import, source: Module | undefined): DeclaredBlock {
    const found = source?.words.get(name.name);
    if (source === undefined || (found === undefined && !source.whole)) return lostBlock(name.name);
    if (found !== undefined && found.words === source.words) return found;
    const model = source.file.models.find((node) => node.name.name === name.name);
    if (model !== undefined) this.#reportModel(name, model);
    else this.#reportLost(name, path.value, source);
    return lostBlock(name.name);
  }

  #reportModel({ name, span }: ImportName["name"], model: Model): void {
    const notes = [{ span: model.name.span, message: `\`${name}\` is declared here` }];
    this.#reporter.add("CNN248", span, { name }, { notes });
  }

  #reportLost({ name, span }: ImportName["name"], path: string, { words }: Module): void {
    const names = [...words].flatMap(([word, block]) => (block.words === words ? [word] : []));
    const meant = didYouMean(name, names);
    const fix = meant && { title: `did you mean \`${meant}\`?`, edits: [{ span, text: meant }] };
    const help = names.length > 0 ? listOf(names) : "it declares no blocks";
    this.#reporter.add("CNN247", span, { path, name }, fix ? { fix } : { help });
  }
}

function baseOf(path: string): string {
  return path.replace(/^.*\//, "");
}
