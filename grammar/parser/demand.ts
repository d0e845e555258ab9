import type { IToken } from "chevrotain";
import { tokenMatcher } from "chevrotain";
import { roleOf } from "../tokens/role.ts";
import { tokenType } from "../tokens/vocabulary.ts";

const binaryOperator = tokenType("BinaryOperator");

const WANTS_MORE = new Set([
  ...["Arrow", "Assign", "Comma", "Colon", "Dot", "LeftParen", "LeftBracket", "LeftBrace"],
  ...["If", "Else", "Repeat", "Not", "And", "Or"],
  ...["Cnn", "Import", "From", "As", "Model", "Block", "Input", "Output", "Out", "Shared", "Augment"],
]);

/**
 * Whether something must follow the token before a new statement can start. No two values stand side by side in
 * this language, so a word where nothing is wanted starts a statement: that is what tells keywords from names.
 */
export function wantsMore(token: IToken, wanted: boolean): boolean {
  const role = roleOf(token);
  // `in` is a value where one is wanted, otherwise it stands between two: `repeat c in list`.
  if (role === "In") return !wanted;
  return WANTS_MORE.has(role) || tokenMatcher(token, binaryOperator);
}
