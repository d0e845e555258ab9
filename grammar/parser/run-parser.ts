import type { CstNode, IRecognitionException, IToken } from "chevrotain";
import { CnnParser } from "./cnn-parser.ts";
import type { EntryRule } from "./cnn-parser.ts";

let sharedParser: CnnParser | undefined;

/** The parser's tree, or what it stumbled over. */
export type Parsed =
  | { readonly node: CstNode; readonly error?: undefined }
  | { readonly node?: undefined; readonly error: IRecognitionException | "too deep" };

/** The parser is built when the first file is read: the analysis of its own rules takes a while. */
export function runParser(rule: EntryRule, tokens: IToken[]): Parsed {
  const parser = (sharedParser ??= new CnnParser({ validate: false }));
  parser.input = tokens;
  try {
    const node = parser[rule]();
    const error = parser.errors[0];
    return error === undefined ? { node } : { error };
  } catch (fault) {
    // The limit on brackets leaves ample stack, but the caller may have used most of it already.
    if (fault instanceof RangeError) return { error: "too deep" };
    throw fault;
  }
}
