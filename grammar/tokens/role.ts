import type { IToken, TokenType } from "chevrotain";
import { tokenType, vocabulary } from "./vocabulary.ts";

const roles = new Map<TokenType, string>();
const binaryOperator = tokenType("BinaryOperator");
const prefixOperator = tokenType("PrefixOperator");
for (const type of vocabulary.types.values()) {
  const meant = (type.CATEGORIES ?? []).find((category) => category !== binaryOperator && category !== prefixOperator);
  roles.set(type, meant !== undefined && meant.name !== "Identifier" ? meant.name : type.name);
}

/** The name of the token's type, of the one it was meant to be where it is a lookalike or malformed. */
export function roleOf(token: IToken | undefined): string {
  return token === undefined ? "" : (roles.get(token.tokenType) ?? token.tokenType.name);
}

/** Turns a word into the keyword that it is at its place. */
export function becomeKeyword(token: IToken): void {
  const word = token.image;
  const type = tokenType(word.charAt(0).toUpperCase() + word.slice(1));
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx as number;
}
