import type { Block, Call, Expression } from "../../grammar/index.ts";
import type { LayerList } from "./layer-list.ts";
import type { Reporter } from "./reporter.ts";
import type { Scope } from "./scope.ts";
import type { Evaluated } from "./values.ts";

/** What the check of a model carries around. */
export interface ModelContext {
  readonly reporter: Reporter;
  readonly scope: Scope;
  readonly layers: LayerList;
  /** Declared in the file; this version reports them where they stand and leaves their uses alone. */
  readonly blocks: ReadonlyMap<string, Block>;
  /** Without an input every chain starts at nothing, which is one error and not many. */
  readonly hasInput: boolean;
}

/** What the check of one statement's expression carries around. */
export interface Context extends ModelContext {
  /** The value or output that the statement defines: the first part of its layers' names. */
  readonly owner: string;
  /** The other part, call by call; of a call whose name clashes there is none. */
  readonly segments: ReadonlyMap<Call, string>;
  readonly evaluate: (node: Expression) => Evaluated;
}
