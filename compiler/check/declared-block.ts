import type { Block, Node } from "../../grammar/index.ts";
import { nodesIn } from "./nodes-in.ts";
import { rolesOf } from "./parameter-roles.ts";
import type { ParameterRole } from "./parameter-roles.ts";

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
  /** What its parameters must be, as far as its body tells. */
  readonly roles: ReadonlyMap<string, ParameterRole>;
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
    roles: rolesOf(node),
    broken: false,
  };
}

/** What stands for a block that is not known: its import failed. */
export function lostBlock(name: string): DeclaredBlock {
  return { name, words: new Map(), usesIn: true, outs: [], hasMain: true, roles: new Map(), broken: true };
}

function mentionsIn(node: Node): boolean {
  for (const part of nodesIn(node)) if (part.kind === "Name" && part.name === "in") return true;
  return false;
}
