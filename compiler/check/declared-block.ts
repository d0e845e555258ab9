import type { Block, Node } from "../../grammar/index.ts";

/** A block as its uses see it. */
export interface DeclaredBlock {
  /** As its own file calls it. */
  readonly name: string;
  /** Absent for an import that failed, which was reported. */
  readonly node?: Block | undefined;
  /** The blocks of its own file: what its body can use. */
  readonly words: ReadonlyMap<string, DeclaredBlock>;
  readonly usesIn: boolean;
  /** Names of its outs, in order; the unnamed one is left out. */
  readonly outs: readonly string[];
  readonly hasMain: boolean;
  /** Something in it is wrong and was reported: its uses keep silent. */
  broken: boolean;
}

export function declareBlock(node: Block, words: ReadonlyMap<string, DeclaredBlock>): DeclaredBlock {
  const outs = node.body.filter((item) => item.kind === "Out");
  return {
    name: node.name.name,
    node,
    words,
    usesIn: mentionsIn(node),
    outs: outs.flatMap(({ name }) => name?.name ?? []),
    hasMain: outs.some(({ name }) => name === undefined),
    broken: false,
  };
}

/** What stands for a block that is not known: its import failed. */
export function lostBlock(name: string): DeclaredBlock {
  return { name, words: new Map(), usesIn: true, outs: [], hasMain: true, broken: true };
}

function mentionsIn(node: Node): boolean {
  for (const part of nodesIn(node)) if (part.kind === "Name" && part.name === "in") return true;
  return false;
}

/** A node and all below it, in no order; trees may be taller than the stack is deep. */
export function* nodesIn(node: Node): IterableIterator<Node> {
  const nodes: Node[] = [node];
  for (let next = nodes.pop(); next !== undefined; next = nodes.pop()) {
    yield next;
    nodes.push(...partsOf(next));
  }
}

/** The nodes right below a node. */
export function partsOf(node: Node): Node[] {
  return Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value : [value]).filter(isNode));
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "kind" in value && "span" in value;
}
