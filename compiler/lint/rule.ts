import type { DiagnosticCode, DiagnosticDefinition, DiagnosticExtras, File, Holes, Span } from "../../grammar/index.ts";
import type { Layer } from "../check/program.ts";
import type { Network } from "./network.ts";
import type { Syntax } from "./syntax.ts";

/** `recommended`: what is almost surely a mistake. `strict`: what is worth a thought as well. */
export type RuleSet = "recommended" | "strict";

/** Something whose severity a configuration can set. */
export interface Subject {
  readonly code: DiagnosticCode;
  /** Kebab-case; configurations may use it in the place of the code. */
  readonly name: string;
  readonly set: RuleSet;
}

/** Reports at a place, or at a layer: then with notes that tell how it was reached through blocks. */
export type Report<Message extends string> = (
  at: Span | Layer,
  holes: Holes<Message>,
  extras?: DiagnosticExtras,
) => void;

export interface ModelContext<Message extends string> {
  readonly network: Network;
  readonly syntax: Syntax;
  readonly report: Report<Message>;
}

/** One thing that is looked for. Its page is made of this and of the cases beside it. */
export interface Rule<Message extends string = string> extends Subject, DiagnosticDefinition {
  readonly severity: "warning" | "error";
  readonly message: Message;
  /** Looks at what is written, in a file that parses. */
  readonly checkFile?: (file: File, report: Report<Message>) => void;
  /** Looks at what is computed, model by model, in a file without errors. */
  readonly checkModel?: (context: ModelContext<Message>) => void;
}

/** Types the holes of a rule's message, then forgets them: the registry holds rules of any message. */
export function defineRule<const Message extends string>(rule: Rule<Message>): Rule {
  return rule as unknown as Rule;
}
