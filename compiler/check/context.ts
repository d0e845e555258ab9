import type { Call, Expression, Link, SourceFile, StringLiteral } from "../../grammar/index.ts";
import type { DeclaredBlock } from "./declared-block.ts";
import type { Evaluation } from "./evaluation.ts";
import type { LayerList } from "./layer-list.ts";
import type { Enclosure } from "./program.ts";
import type { Reporter } from "./reporter.ts";
import type { Scope } from "./scope.ts";
import type { BlockUse, Evaluated, Flowing } from "./values.ts";

/** What the check of a model, or of one use of a block, carries around. */
export interface ModelContext {
  readonly reporter: Reporter;
  readonly scope: Scope;
  readonly layers: LayerList;
  readonly evaluation: Evaluation;
  /** Declared in the file, or imported by it. */
  readonly blocks: ReadonlyMap<string, DeclaredBlock>;
  /** Reads a file that is named in the source, for the file that names it. */
  readonly read: (path: StringLiteral) => SourceFile | undefined;
  /** Without an input every chain starts at nothing, which is one error and not many. */
  readonly hasInput: boolean;
  /** What stands before names of values in names of layers: nothing in a model, `features.Residual1.0` in a block. */
  readonly path: string;
  /** The same in names of parameters: within a `shared` block it is the instance's and not the use's. */
  readonly home: string;
  /** The use of a block that is being checked. */
  readonly use?: BlockUse | undefined;
  /** The same, with the rounds of `repeat` in between. */
  readonly enclosure?: Enclosure | undefined;
  /** The context of a statement that defines `name` (an unnamed `out` defines none) by an expression. */
  readonly begin: (model: ModelContext, name: string | undefined, statement?: Expression) => Context;
}

/** What the check of one statement's expression carries around. */
export interface Context extends ModelContext {
  /** The value or output that the statement defines. */
  readonly defines: string | undefined;
  /** The first part of its layers' names, and of their parameters' names. */
  readonly owner: string;
  readonly ownerHome: string;
  /** The other part, call by call; of a call whose name clashes there is none. */
  readonly segments: ReadonlyMap<Call, string>;
  /** Where in `repeat` this is: the end of the names, `.0` or `.0.3`. */
  readonly index: string;
  readonly evaluate: (node: Expression) => Evaluated;
  /** Passes a value through links. Behind an error the links still check their arguments. */
  readonly follow: (links: readonly Link[], value: Flowing) => Flowing;
  /** The same statement seen from within a `repeat`. */
  readonly derive: (changes: Partial<Pick<Context, "scope" | "index" | "reporter" | "enclosure">>) => Context;
}
