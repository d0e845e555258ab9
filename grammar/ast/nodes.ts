import type { Span } from "../source/span.ts";

/*
 * The syntax tree. Every node has a `kind` and a `span`; unions are discriminated by `kind`.
 * What the parser could not read is left out, so every node that is there is whole.
 */

interface NodeBase {
  readonly span: Span;
}

/** A `///` comment (several lines are one doc), markers stripped. */
export interface Doc extends NodeBase {
  readonly kind: "Doc";
  readonly text: string;
}

/** Every comment of the file, in order, docs included; `span` covers the markers. */
export interface Comment extends NodeBase {
  readonly kind: "Comment";
  readonly style: "line" | "block" | "doc";
  readonly text: string;
}

/** A name where it is declared or selected: `main` in `main = in`, `channels` in `in.channels`. */
export interface Identifier extends NodeBase {
  readonly kind: "Identifier";
  readonly name: string;
}

// ── Declarations ────────────────────────────────────────────────────────────────────────────────

export interface File extends NodeBase {
  readonly kind: "File";
  readonly version?: Version | undefined;
  readonly imports: readonly Import[];
  readonly blocks: readonly Block[];
  readonly models: readonly Model[];
  readonly comments: readonly Comment[];
}

/** `cnn 1` */
export interface Version extends NodeBase {
  readonly kind: "Version";
  readonly value: number;
}

/** `import { Residual, Up as UpBlock } from "./blocks.cnn"` */
export interface Import extends NodeBase {
  readonly kind: "Import";
  readonly names: readonly ImportName[];
  readonly path: StringLiteral;
}

export interface ImportName extends NodeBase {
  readonly kind: "ImportName";
  readonly name: Identifier;
  readonly alias?: Identifier | undefined;
}

/** `block Residual(channels, stride=1) { … }` */
export interface Block extends NodeBase {
  readonly kind: "Block";
  readonly name: Identifier;
  readonly parameters: readonly Parameter[];
  readonly body: readonly BlockItem[];
  readonly doc?: Doc | undefined;
}

/** `model LeNet(classes=10) { … }` */
export interface Model extends NodeBase {
  readonly kind: "Model";
  readonly name: Identifier;
  readonly parameters: readonly Parameter[];
  readonly items: readonly ModelItem[];
  readonly doc?: Doc | undefined;
}

export interface Parameter extends NodeBase {
  readonly kind: "Parameter";
  readonly name: Identifier;
  readonly default?: Expression | undefined;
}

export type Declaration = Block | Model;
export type BlockItem = Let | Shared | Out;
export type ModelItem = Let | Shared | Input | Output | Train | Budget;

// ── Items ───────────────────────────────────────────────────────────────────────────────────────

/** `main = in -> conv(16)` */
export interface Let extends NodeBase {
  readonly kind: "Let";
  readonly name: Identifier;
  readonly value: Expression;
  readonly doc?: Doc | undefined;
}

/** `out add(main, side)` or, named, `out skip = main` */
export interface Out extends NodeBase {
  readonly kind: "Out";
  readonly name?: Identifier | undefined;
  readonly value: Expression;
  readonly doc?: Doc | undefined;
}

/** `shared tower = Tower(64)` */
export interface Shared extends NodeBase {
  readonly kind: "Shared";
  readonly name: Identifier;
  readonly value: Expression;
  readonly doc?: Doc | undefined;
}

/** `input image: u8[1, 28, 28]` */
export interface Input extends NodeBase {
  readonly kind: "Input";
  readonly name: Identifier;
  readonly type: TypeExpression;
  readonly doc?: Doc | undefined;
}

/** `output digit: class(0..9) = logits -> softmax` */
export interface Output extends NodeBase {
  readonly kind: "Output";
  readonly name: Identifier;
  readonly type: TypeExpression;
  readonly value: Expression;
  readonly doc?: Doc | undefined;
}

export interface Train extends NodeBase {
  readonly kind: "Train";
  readonly settings: readonly Setting[];
  readonly augments: readonly Augment[];
}

/** `optimizer = sgd(lr=0.05)` in a `train` section */
export interface Setting extends NodeBase {
  readonly kind: "Setting";
  readonly name: Identifier;
  readonly value: Expression;
}

/** `augment image -> flip(horizontal) -> rotate(8deg)` */
export interface Augment extends NodeBase {
  readonly kind: "Augment";
  readonly input: Identifier;
  readonly links: readonly Link[];
}

export interface Budget extends NodeBase {
  readonly kind: "Budget";
  readonly limits: readonly Limit[];
}

/** `params < 70K` */
export interface Limit extends NodeBase {
  readonly kind: "Limit";
  readonly name: Identifier;
  readonly operator: "<" | "<=";
  readonly value: Expression;
}

/** `f32[1, 16000]`, `class("a", "b")`, `class from "labels.txt"`, `tokens[64] in vocab` */
export interface TypeExpression extends NodeBase {
  readonly kind: "TypeExpression";
  readonly name: Identifier;
  readonly dims?: readonly Expression[] | undefined;
  readonly arguments?: readonly Argument[] | undefined;
  readonly from?: StringLiteral | undefined;
  readonly within?: Expression | undefined;
}

// ── Expressions ─────────────────────────────────────────────────────────────────────────────────

/** `head -> link -> link`, at least one link; a value without links is its head alone. */
export interface Chain extends NodeBase {
  readonly kind: "Chain";
  readonly head: Expression;
  readonly links: readonly Link[];
}

/** What takes the incoming value of a chain. */
export type Link = Call | Repeat | IfLink;

/** The body of `repeat` or `if` in a chain: `{ conv(16) -> relu }`. */
export interface Links extends NodeBase {
  readonly kind: "Links";
  readonly links: readonly Link[];
}

/** `conv(16, kernel=3) as stem`. As a link a bare word is a call too: `-> relu` (then `bare`). */
export interface Call extends NodeBase {
  readonly kind: "Call";
  readonly callee: Identifier;
  readonly arguments: readonly Argument[];
  readonly alias?: Identifier | undefined;
  /** Written without parentheses; only links can be. */
  readonly bare: boolean;
}

export interface Argument extends NodeBase {
  readonly kind: "Argument";
  readonly name?: Identifier | undefined;
  readonly value: Expression;
}

/** `repeat 2 { … }` has a `count`, `repeat c in [16, 32] { … }` a `variable` and a `list`. */
export type Repeat = RepeatCount | RepeatEach;

export interface RepeatCount extends NodeBase {
  readonly kind: "Repeat";
  readonly count: Expression;
  readonly variable?: undefined;
  readonly list?: undefined;
  readonly body: Links;
}

export interface RepeatEach extends NodeBase {
  readonly kind: "Repeat";
  readonly count?: undefined;
  readonly variable: Identifier;
  readonly list: Expression;
  readonly body: Links;
}

/** `if` as a value: both branches are values. */
export interface If extends NodeBase {
  readonly kind: "If";
  readonly condition: Expression;
  readonly then: Expression;
  /** `else if` is an `If` here. Absent only in a wrong program. */
  readonly otherwise?: Expression | undefined;
}

/** `-> if … { links }`: without `else` the value passes through unchanged. */
export interface IfLink extends NodeBase {
  readonly kind: "IfLink";
  readonly condition: Expression;
  readonly then: Links;
  /** `else if` is an `IfLink` here. */
  readonly otherwise?: Links | IfLink | undefined;
}

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";
export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";
export type LogicalOperator = "and" | "or";
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | LogicalOperator;

export interface Binary extends NodeBase {
  readonly kind: "Binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Unary extends NodeBase {
  readonly kind: "Unary";
  readonly operator: "-" | "not";
  readonly operand: Expression;
}

/** `70K`: value 70000, unit "K", text "70K". The value is in the base unit (`25ms` is 0.025 seconds). */
export interface NumberLiteral extends NodeBase {
  readonly kind: "Number";
  readonly value: number;
  readonly unit?: string | undefined;
  readonly text: string;
}

export interface StringLiteral extends NodeBase {
  readonly kind: "String";
  readonly value: string;
}

export interface BooleanLiteral extends NodeBase {
  readonly kind: "Boolean";
  readonly value: boolean;
}

/** A use of a value or parameter; a block's incoming value is the name "in". */
export interface Name extends NodeBase {
  readonly kind: "Name";
  readonly name: string;
}

/** `in.channels` */
export interface Attribute extends NodeBase {
  readonly kind: "Attribute";
  readonly object: Expression;
  readonly name: Identifier;
}

export interface List extends NodeBase {
  readonly kind: "List";
  readonly items: readonly Expression[];
}

/** `from..to`, both ends included */
export interface Range extends NodeBase {
  readonly kind: "Range";
  readonly from: Expression;
  readonly to: Expression;
}

/** Parentheses are kept: they decide whether `->` may stand beside an operator. */
export interface Paren extends NodeBase {
  readonly kind: "Paren";
  readonly value: Expression;
}

export type Expression =
  | Chain
  | Call
  | If
  | Binary
  | Unary
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | Name
  | Attribute
  | List
  | Range
  | Paren;

export type Node =
  | File
  | Version
  | Import
  | ImportName
  | Block
  | Model
  | Parameter
  | BlockItem
  | ModelItem
  | Setting
  | Augment
  | Limit
  | TypeExpression
  | Expression
  | Links
  | Repeat
  | IfLink
  | Argument
  | Identifier
  | Doc
  | Comment;
