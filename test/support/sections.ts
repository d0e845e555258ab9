import { sourceFile } from "../../grammar/index.ts";
import type { SourceFile } from "../../grammar/index.ts";

export interface Sections {
  readonly main: SourceFile;
  /** Gives the other files. */
  readonly load: (path: string) => SourceFile | undefined;
}

/** Several files in one text: from a line `// file: blocks.cnn` on it is that file's, up to the next such line. */
export function sectionsOf(name: string, text: string): Sections {
  const [main = "", ...rest] = text.split(/^\/\/ file: (.*)\n/m);
  const files = new Map<string, SourceFile>();
  for (let i = 0; i < rest.length; i += 2) files.set(rest[i]!.trim(), sourceFile(rest[i]!.trim(), rest[i + 1]!));
  const first = sourceFile(name, main);
  return { main: first, load: (path) => (path === name ? first : files.get(path)) };
}
