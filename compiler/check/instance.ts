import type { Argument, Call } from "../../grammar/index.ts";
import type { Operator } from "../opkit/operator.ts";
import type { DeclaredBlock } from "./declared-block.ts";
import type { BlockArguments } from "./values.ts";

/** What `shared` declares: a block or a layer whose arguments are given, and whose uses have the same parameters. */
export type Instance = {
  /** What stands before the names of its parameters. */
  readonly home: string;
  readonly call: Call;
} & (
  | { readonly kind: "block"; readonly block: DeclaredBlock; readonly arguments: BlockArguments }
  | {
      readonly kind: "layer";
      readonly operator: Operator;
      readonly attributes: Readonly<Record<string, unknown>>;
      readonly bound: ReadonlyMap<string, Argument>;
    }
);
