import type { IToken } from "chevrotain";
import type { DiagnosticExtras } from "../source/diagnostic.ts";
import type { SourceFile } from "../source/source-file.ts";
import { span } from "../source/span.ts";
import type { Span } from "../source/span.ts";
import { roleOf } from "../tokens/role.ts";
import { unitMeant } from "../tokens/units.ts";
import { spanOf } from "./bracket-reports.ts";
import { endOf } from "./segment.ts";

/** Where a statement stopped making sense. */
export interface Stumble {
  readonly file: SourceFile;
  /** In the words of the message. */
  readonly expected: string;
  /** The rule of the grammar that was being read. */
  readonly rule: string;
  readonly tokens: readonly IToken[];
  readonly found: IToken;
  readonly last: IToken;
}

/** Forms of Python and its libraries, each with what is written here; the first that fits is given. */
const habits: readonly ((stumble: Stumble) => DiagnosticExtras | undefined)[] = [
  modulePrefix,
  methodCall,
  functionalForm,
  forLoop,
  commaForArrow,
  numberAsLayer,
  tuple,
  power,
  unitApart,
  limitSign,
  importForm,
  untypedOutput,
  colonBody,
];

export function foreignAdvice(stumble: Stumble): DiagnosticExtras | undefined {
  for (const habit of habits) {
    const advice = habit(stumble);
    if (advice !== undefined) return advice;
  }
  return undefined;
}

const awaitsLink = ({ expected }: Stumble): boolean => expected.startsWith("`->`");
const before = (stumble: Stumble, token: IToken, steps = 1): IToken | undefined =>
  stumble.tokens[stumble.tokens.indexOf(token) - steps];
const after = (stumble: Stumble, token: IToken): IToken | undefined => before(stumble, token, -1);
const between = (file: SourceFile, from: number, to: number): Span => span(file, from, to);
const replacing = (title: string, place: Span, text: string) => ({ title, edits: [{ span: place, text }] });

const modules: ReadonlySet<string> = new Set([
  "nn",
  "F",
  "torch",
  "tf",
  "keras",
  "layers",
  "np",
  "functional",
  "optim",
]);

/** `-> nn.ReLU`, and `nn.Linear(…)` at the start of a value. */
function modulePrefix(stumble: Stumble): DiagnosticExtras | undefined {
  const { file, found, last } = stumble;
  const dot = roleOf(found) === "Dot" ? found : before(stumble, last);
  const module = dot && before(stumble, dot);
  const follows = roleOf(found) === "Dot" || roleOf(found) === "LeftParen";
  if (!awaitsLink(stumble) || !follows || roleOf(dot) !== "Dot" || roleOf(module) !== "Identifier") return undefined;
  if (found !== dot && !modules.has(module!.image)) return undefined;
  const fix = replacing(`leave out \`${module!.image}.\``, between(file, module!.startOffset, endOf(dot!)), "");
  return { help: "words stand without a module", fix };
}

/** `image.relu()` */
function methodCall(stumble: Stumble): DiagnosticExtras | undefined {
  const { file, found, last } = stumble;
  const dot = before(stumble, last);
  if (!awaitsLink(stumble) || roleOf(found) !== "LeftParen" || roleOf(dot) !== "Dot") return undefined;
  return { fix: replacing("pass the value on with `->`", spanOf(file, dot!), " -> ") };
}

/** `conv(8, kernel=3)(image)` */
function functionalForm(stumble: Stumble): DiagnosticExtras | undefined {
  const { file, tokens, found, last } = stumble;
  if (!awaitsLink(stumble) || roleOf(found) !== "LeftParen" || roleOf(last) !== "RightParen") return undefined;
  const help = "a layer takes its value from the chain: `image -> conv(8, kernel=3)`";
  const open = partnerOf(tokens, last, -1);
  const [callee, value] = [open && before(stumble, open), after(stumble, found)];
  const close = value && after(stumble, value);
  const isName = roleOf(value) === "Identifier" || roleOf(value) === "In";
  if (roleOf(callee) !== "Identifier" || !isName || roleOf(close) !== "RightParen") return { help };
  const edits = [
    { span: between(file, callee!.startOffset, callee!.startOffset), text: `${value!.image} -> ` },
    { span: between(file, found.startOffset, endOf(close!)), text: "" },
  ];
  return { help, fix: { title: "start the chain with the value", edits } };
}

/** The bracket that a bracket belongs to; those of a statement match. */
function partnerOf(tokens: readonly IToken[], bracket: IToken, step: 1 | -1): IToken | undefined {
  let depth = 0;
  for (let i = tokens.indexOf(bracket); i >= 0 && i < tokens.length; i += step) {
    const role = roleOf(tokens[i]);
    if (role.startsWith("Left")) depth++;
    if (role.startsWith("Right")) depth--;
    if (depth === 0) return tokens[i];
  }
  return undefined;
}

/** `-> for i in … { … }` */
function forLoop({ file, last, found }: Stumble): DiagnosticExtras | undefined {
  if (last.image !== "for" && last.image !== "while") return undefined;
  const help = "`repeat 3 { … }` and `repeat c in [16, 32] { … }` pass a value through their links again and again";
  if (last.image === "while" || roleOf(found) !== "Identifier") return { help };
  return { help, fix: replacing("write `repeat`", spanOf(file, last), "repeat") };
}

/** `conv(8, kernel=3), relu` */
function commaForArrow(stumble: Stumble): DiagnosticExtras | undefined {
  const { file, found } = stumble;
  if (!awaitsLink(stumble) || roleOf(found) !== "Comma" || roleOf(after(stumble, found)) !== "Identifier")
    return undefined;
  return { fix: replacing("pass the value on with `->`", spanOf(file, found), " ->") };
}

/** `-> 128` */
function numberAsLayer({ expected, found }: Stumble): DiagnosticExtras | undefined {
  if (!expected.startsWith("an operator such as") || roleOf(found) !== "Number") return undefined;
  return { help: `a number is an argument of a layer: \`dense(${found.image})\`` };
}

/** `kernel=(3, 3)` */
function tuple({ file, tokens, rule, found }: Stumble): DiagnosticExtras | undefined {
  if (rule !== "paren" || roleOf(found) !== "Comma") return undefined;
  const inner = tokens.slice(0, tokens.indexOf(found)).reverse();
  let depth = 0;
  const open = inner.find((token) => {
    if (roleOf(token).startsWith("Right")) depth++;
    else if (roleOf(token).startsWith("Left")) depth--;
    return depth < 0;
  });
  const close = open && partnerOf(tokens, open, 1);
  if (open === undefined || close === undefined) return undefined;
  const edits = [
    { span: spanOf(file, open), text: "[" },
    { span: spanOf(file, close), text: "]" },
  ];
  return { fix: { title: "a list stands in brackets", edits } };
}

/** `2 ** i` */
function power({ found, last, file }: Stumble): DiagnosticExtras | undefined {
  if (found.image !== "*" || last.image !== "*" || endOf(last) !== found.startOffset || file === undefined)
    return undefined;
  return {
    help: "there is no sign for powers: write the product, or list the sizes, like `repeat c in [16, 32, 64] { … }`",
  };
}

/** `8 deg` */
function unitApart({ file, found, last }: Stumble): DiagnosticExtras | undefined {
  const unit = roleOf(found) === "Identifier" && roleOf(last) === "Number" ? unitMeant(found.image) : undefined;
  if (unit === undefined || !/[\d.]$/.test(last.image)) return undefined;
  const fix = replacing(`write \`${last.image}${unit}\``, between(file, endOf(last), endOf(found)), unit);
  return { help: "a unit is glued to its number", fix };
}

/** `params = 70K` and the other signs that set no upper limit. */
function limitSign({ file, rule, found }: Stumble): DiagnosticExtras | undefined {
  if (rule !== "limit" || !["Assign", "Equal", "Colon"].includes(roleOf(found))) return undefined;
  return {
    help: "a budget is an upper limit",
    fix: replacing("write `<=`", spanOf(file, found), besideBlank(file, found, "<=")),
  };
}

/** A sign with a blank in front, where there is none yet. */
function besideBlank(file: SourceFile, { startOffset }: IToken, text: string): string {
  return /\s/.test(file.text[startOffset - 1] ?? "") ? text : ` ${text}`;
}

/** `import Residual from "blocks.cnn"`, `import torch` */
function importForm({ file, tokens, rule, expected, found }: Stumble): DiagnosticExtras | undefined {
  if (rule !== "import" || expected !== "`{`") return undefined;
  const from = tokens.find(({ image }) => image === "from");
  const names = from && tokens[tokens.indexOf(from) - 1];
  if (roleOf(tokens.at(-1)) !== "String" || names === undefined)
    return { help: 'layers are part of the language; blocks are imported as `import { NAME } from "./file.cnn"`' };
  const edits = [
    { span: between(file, found.startOffset, found.startOffset), text: "{ " },
    { span: between(file, endOf(names), endOf(names)), text: " }" },
  ];
  return { fix: { title: "put the names in braces", edits } };
}

/** `output label = …` */
function untypedOutput({ expected, last, found }: Stumble): DiagnosticExtras | undefined {
  if (expected !== "`:` and a type" || roleOf(found) !== "Assign") return undefined;
  const { image } = last;
  return {
    help: `the type tells what callers get: \`output ${image}: class(0..9) = …\`, \`output ${image}: f32[10] = …\``,
  };
}

/** `if stride == 1: …` */
function colonBody({ expected, found }: Stumble): DiagnosticExtras | undefined {
  if (expected !== "`{`" || roleOf(found) !== "Colon") return undefined;
  return { help: "what `if`, `else` and `repeat` are about stands in braces: `{ … }`" };
}
