import type { IToken } from "chevrotain";
import { didYouMean } from "../source/did-you-mean.ts";
import { roleOf } from "../tokens/role.ts";
import type { Layout } from "./layout.ts";
import type { Segment, SegmentKind } from "./segment.ts";

/** What is known where a word stands. */
export interface Place {
  readonly tokens: readonly IToken[];
  readonly index: number;
  readonly layout: Layout;
  /** The last token needs something after it (see `wantsMore`). */
  readonly wanted: boolean;
  readonly body: "file" | "model" | "block" | "train" | "budget" | "unknown";
  /** The statement that is being read. */
  readonly current: Segment | undefined;
  /** Brackets of the statement that are open. */
  readonly brackets: number;
}

/** The declaration or statement that a word starts, if it starts one. */
export function statementStart(place: Place): SegmentKind | undefined {
  const declaration = declarationStart(place);
  if (declaration !== undefined) return declaration;
  return place.body === "file" ? fileLevelStart(place) : bodyLevelStart(place);
}

/** `as` and `from`, the keywords that stand inside statements. */
export function isInnerKeyword(place: Place): boolean {
  const { tokens, index, wanted } = place;
  const next = roleOf(tokens[index + 1]);
  if (wanted) return false;
  const before = roleOf(tokens[index - 1]);
  if (tokens[index]?.image === "from") return next === "String";
  if (tokens[index]?.image !== "as" || place.body === "budget") return false;
  const follows = before === "RightParen" || before === "Identifier";
  return follows && next !== "Assign" && (!place.layout.first(index) || next === "Identifier");
}

/** `model NAME {` stands nowhere but at a declaration, except that a value may be called `model`. */
function declarationStart(place: Place): SegmentKind | undefined {
  const { tokens, index } = place;
  const word = tokens[index]?.image;
  if (word !== "model" && word !== "block") return undefined;
  const name = tokens[index + 1];
  const opening = roleOf(tokens[index + 2]);
  if (roleOf(name) === "Identifier" && (opening === "LeftBrace" || opening === "LeftParen")) {
    const section = opening === "LeftBrace" && (name?.image === "train" || name?.image === "budget");
    if (!place.wanted && !(section && place.body !== "file")) return word;
    if (place.layout.first(index) && !section) return word;
  }
  return place.body === "file" && !place.wanted && place.brackets === 0 ? word : undefined;
}

function fileLevelStart(place: Place): SegmentKind | undefined {
  const { tokens, index, current } = place;
  if (place.wanted || place.brackets > 0) return undefined;
  const word = tokens[index]?.image ?? "";
  if (word === "import" && current?.tokens[0]?.image !== "from") return "import";
  if (word === "cnn" && roleOf(tokens[index + 1]) === "Number") return "version";
  const opening = roleOf(tokens[index + 2]);
  if (roleOf(tokens[index + 1]) === "Identifier" && (opening === "LeftBrace" || opening === "LeftParen")) {
    return didYouMean(word, ["model", "block"]) === "block" ? "block" : "unknown";
  }
  const header = current !== undefined && (current.kind === "model" || current.kind === "block");
  return current === undefined || (place.layout.first(index) && !header) ? "unknown" : undefined;
}

/** In a budget a name is compared; only `<` and `<=` are right, the others are reported by the parser. */
const COMPARISONS = new Set(["Less", "LessEqual", "Greater", "GreaterEqual", "Equal", "Colon"]);

function bodyLevelStart(place: Place): SegmentKind | undefined {
  const { tokens, index, layout, current } = place;
  const first = layout.first(index);
  if (place.wanted) return first && place.brackets === 0 ? startAfterUnfinished(place) : undefined;
  if (place.brackets > 0) {
    const outdented =
      current?.tokens[0] !== undefined && layout.column(index) <= layout.columnAt(current.tokens[0].startOffset);
    if (!first || !outdented) return undefined;
  }
  const kind = kindOfWords(place, first || current === undefined);
  if (kind !== undefined) return kind;
  return current === undefined || (first && place.brackets === 0) ? "unknown" : undefined;

  function kindOfWords({ body }: Place, free: boolean): SegmentKind | undefined {
    const next = roleOf(tokens[index + 1]);
    if (next === "Assign") return "let";
    if (body === "budget" && COMPARISONS.has(next)) return "limit";
    if (body === "train" && next === "Colon") return "let";
    const word = tokens[index]?.image ?? "";
    switch (word) {
      case "out":
        return word;
      case "input":
      case "output":
        return next === "Identifier" || next === "Colon" ? word : undefined;
      case "shared":
      case "augment":
        return next === "Identifier" ? word : undefined;
      case "train":
      case "budget":
        return next === "LeftBrace" || free ? word : undefined;
      default:
        return undefined;
    }
  }
}

/** A line that starts a statement although the one before it is not finished: `x =` and then `y = in`. */
function startAfterUnfinished({ tokens, index, layout, current }: Place): SegmentKind | undefined {
  const word = tokens[index]?.image;
  const next = roleOf(tokens[index + 1]);
  const afterNext = roleOf(tokens[index + 2]);
  const nameWanted = current?.tokens.length === 1 && (current.kind === "out" || current.kind === "shared");
  if (next === "Assign") return nameWanted ? undefined : "let";
  // A value may be called `input` or `out`; two words before a `=` can be that value and the next statement.
  const pair = next === "Identifier" && afterNext !== "Assign" && !layout.first(index + 1);
  if ((word === "input" || word === "output") && (pair || (next === "Identifier" && afterNext === "Colon")))
    return word;
  if (word === "out" && (pair || (next === "In" && !layout.first(index + 1)))) return word;
  const controlled = ["If", "Repeat"].includes(roleOf(tokens[index - 1]));
  return (word === "train" || word === "budget") && next === "LeftBrace" && !controlled ? word : undefined;
}
