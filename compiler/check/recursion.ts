import type { Block, Call, Node, Note } from "../../grammar/index.ts";
import type { DeclaredBlock } from "./declared-block.ts";
import { nodesIn } from "./nodes-in.ts";
import type { Reporter } from "./reporter.ts";
import { asCall } from "./shared-declaration.ts";

type Uses = ReadonlyMap<string, Call["callee"]>;

const MOST_NOTES = 6;

/** Reports blocks of one file that are used within themselves, each cycle once, with the uses that make it. */
export function reportRecursion(blocks: ReadonlyMap<string, DeclaredBlock>, reporter: Reporter): void {
  const uses = new Map([...blocks].map(([name, { node }]) => [name, node ? usesIn(node) : new Map()] as const));
  const done = new Set<string>();
  for (const start of blocks.keys()) {
    // Depth first with a path of its own: chains of blocks may be longer than the stack is deep.
    const path: { readonly name: string; readonly rest: Iterator<readonly [string, Call["callee"]]> }[] = [];
    const places = new Map<string, number>();
    const enter = (name: string): void => {
      if (done.has(name)) return;
      done.add(name);
      places.set(name, path.length);
      path.push({ name, rest: (uses.get(name) ?? (new Map() as Uses)).entries() });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { value: use } = top.rest.next() as { value?: readonly [string, Call["callee"]] };
      if (use === undefined) places.delete(path.pop()!.name);
      else {
        const at = places.get(use[0]);
        if (at !== undefined)
          reportCycle(
            path.slice(at).map(({ name }) => name),
            uses,
            blocks,
            reporter,
          );
        else if (blocks.has(use[0])) enter(use[0]);
      }
    }
  }
}

function reportCycle(
  names: readonly string[],
  uses: ReadonlyMap<string, Uses>,
  blocks: ReadonlyMap<string, DeclaredBlock>,
  reporter: Reporter,
): void {
  const [first = ""] = names;
  const cycle = [...names, first].map((name) => `\`${name}\``);
  const shown = cycle.length > 8 ? [...cycle.slice(0, 4), "…", ...cycle.slice(-3)] : cycle;
  const places = names.map((name, i) => ({ name, used: names[i + 1] ?? first }));
  const [head, ...rest] = places.map(({ name, used }): Note => {
    return { span: uses.get(name)!.get(used)!.span, message: `\`${name}\` uses \`${used}\` here` };
  });
  for (const name of names) blocks.get(name)!.broken = true;
  reporter.add(
    "CNN233",
    head!.span,
    { name: first, cycle: shown.join(" → ") },
    { notes: rest.slice(0, MOST_NOTES), help: "repeated layers are written with `repeat`" },
  );
}

/** A block may be shared by its bare word: `shared tower = Tower`. */
function calleeOf(node: Node): Call["callee"] | undefined {
  return node.kind === "Call" ? node.callee : node.kind === "Shared" ? asCall(node.value)?.callee : undefined;
}

/** The first use of each word in a block. */
function usesIn(block: Block): Uses {
  const uses = new Map<string, Call["callee"]>();
  for (const node of nodesIn(block)) {
    const callee = calleeOf(node);
    const first = callee && uses.get(callee.name);
    if (callee && (first === undefined || callee.span.start < first.span.start)) uses.set(callee.name, callee);
  }
  return uses;
}
