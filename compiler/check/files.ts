import type { SourceFile, StringLiteral } from "../../grammar/index.ts";

/** Gives a file that a source names, or nothing when there is none: the checker itself reads nothing. */
export type Loader = (path: string) => SourceFile | undefined;

/** What a check reads besides the file that it is given: imports and labels, each once. */
export class Files {
  readonly #load: Loader;
  readonly #known = new Map<string, SourceFile | undefined>();

  constructor(load: Loader = () => undefined) {
    this.#load = load;
  }

  /** The file that a text in another file names; only from there: a network is not made of one machine's files. */
  read(path: StringLiteral): SourceFile | undefined {
    if (/^([/\\]|[A-Za-z]:)/.test(path.value)) return undefined;
    const resolved = resolvePath(path.span.file.path, path.value);
    if (!this.#known.has(resolved)) this.#known.set(resolved, this.#load(resolved));
    return this.#known.get(resolved);
  }

  /** In the order in which they were met. */
  get sources(): readonly SourceFile[] {
    return [...this.#known.values()].filter((file) => file !== undefined);
  }
}

/** `blocks.cnn` for `./blocks.cnn` in `net.cnn`, `../lib/blocks.cnn` for `lib/blocks.cnn` in `../net.cnn`. */
export function resolvePath(from: string, path: string): string {
  return normalizePath(`${from.replace(/[^/\\]*$/, "")}${path}`);
}

/** One spelling for each path: without `.`, and without `..` behind a folder. */
export function normalizePath(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll("\\", "/").split("/")) {
    const last = parts.at(-1);
    if (part === "." || (part === "" && parts.length > 0)) continue;
    if (part === ".." && last === "") continue;
    if (part === ".." && last !== undefined && last !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.length === 1 && parts[0] === "" ? "/" : parts.join("/");
}
