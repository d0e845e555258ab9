import type { Argument, Block, Call, Chain, Edit, Expression, File, Link, Model, Span } from "../../grammar/index.ts";
import { span } from "../../grammar/index.ts";
import { nodesIn } from "../check/nodes-in.ts";
import type { Layer } from "../check/program.ts";

/** A call as it is written, with what stands in front of it in its chain. */
interface Written {
  readonly call: Call;
  readonly before?: Expression | Link | undefined;
}

/** What is written in the file under the linter, for fixes: files that it imports are not its to change. */
export class Syntax {
  readonly file: File;
  readonly #calls = new Map<string, Written>();

  constructor(file: File) {
    this.file = file;
    for (const node of nodesIn(file)) {
      if (node.kind === "Call") this.#note(node, undefined);
      if (node.kind === "Chain") this.#noteLinks(node);
      if (node.kind === "Links") node.links.forEach((link, i) => this.#noteLink(link, node.links[i - 1]));
    }
  }

  #noteLinks({ head, links }: Chain): void {
    links.forEach((link, i) => this.#noteLink(link, links[i - 1] ?? head));
  }

  #noteLink(link: Link, before: Expression | Link | undefined): void {
    if (link.kind === "Call" && before !== undefined) this.#note(link, before);
  }

  #note(call: Call, before: Written["before"]): void {
    const key = keyOf(call.span);
    if (before !== undefined || !this.#calls.has(key)) this.#calls.set(key, { call, before });
  }

  /** The call of an operator that a layer comes from; not that of a `shared` layer, whose arguments stand elsewhere. */
  callOf({ span: place, operator }: Layer): Call | undefined {
    const call = this.callAt(place);
    return call?.callee.name === operator.name ? call : undefined;
  }

  callAt(place: Span): Call | undefined {
    return this.#written(place)?.call;
  }

  /** The edit that takes a link out of its chain; not the first one of a body, which may have to stay. */
  withoutLink(place: Span): Edit | undefined {
    const written = this.#written(place);
    if (written?.before === undefined) return undefined;
    return { span: span(place.file, written.before.span.end, place.end), text: "" };
  }

  /** The model or block of this file that a place stands in. */
  declarationOf({ file, start, end }: Span): Model | Block | undefined {
    if (file !== this.file.span.file) return undefined;
    const { models, blocks } = this.file;
    return [...models, ...blocks].find((node) => node.span.start <= start && end <= node.span.end);
  }

  #written(place: Span): Written | undefined {
    return place.file === this.file.span.file ? this.#calls.get(keyOf(place)) : undefined;
  }
}

function keyOf({ start, end }: Span): string {
  return `${start} ${end}`;
}

/** An argument by its name. */
export function namedArgument({ arguments: list }: Call, name: string): Argument | undefined {
  return list.find((argument) => argument.name?.name === name);
}

/** The edit that adds an argument by name behind those that a call has. */
export function addArgument(call: Call, text: string): Edit {
  const last = call.arguments.at(-1);
  const end = last?.span.end ?? call.callee.span.end;
  const place = span(call.span.file, end, end);
  if (last !== undefined) return { span: place, text: `, ${text}` };
  return call.bare ? { span: place, text: `(${text})` } : { span: span(place.file, end + 1, end + 1), text };
}
