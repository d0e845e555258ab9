import type { IToken } from "chevrotain";
import { span } from "../source/span.ts";
import type { Comment, Doc } from "./nodes.ts";

/** The docs by the offset of the token that follows them; those before nothing have the key -1. */
export function collectDocs(comments: readonly Comment[], tokens: readonly IToken[]): Map<number, Doc[]> {
  const docs = new Map<number, Doc[]>();
  let next = 0;
  for (let i = 0; i < comments.length;) {
    const first = comments[i] as Comment;
    const run = first.style === "doc" ? runFrom(comments, i) : 1;
    if (first.style === "doc") {
      const end = comments[i + run - 1]?.span.end ?? first.span.end;
      while (next < tokens.length && (tokens[next]?.startOffset ?? 0) < end) next++;
      const key = tokens[next]?.startOffset ?? -1;
      const lines = comments.slice(i, i + run).map((comment) => comment.text.trimEnd());
      const doc: Doc = { kind: "Doc", text: lines.join("\n"), span: span(first.span.file, first.span.start, end) };
      const others = docs.get(key);
      if (others === undefined) docs.set(key, [doc]);
      else others.push(doc);
    }
    i += run;
  }
  return docs;
}

/** How many doc comments stand on consecutive lines. */
function runFrom(comments: readonly Comment[], start: number): number {
  let count = 1;
  for (;;) {
    const previous = comments[start + count - 1] as Comment;
    const comment = comments[start + count];
    if (comment?.style !== "doc") return count;
    const between = comment.span.file.text.slice(previous.span.end, comment.span.start);
    if (!/^[ \t]*(?:\r\n?|\n)[ \t]*$/.test(between)) return count;
    count++;
  }
}
