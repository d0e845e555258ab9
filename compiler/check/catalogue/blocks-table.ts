import { defineDiagnostics } from "../../../grammar/index.ts";

/** CNN231 to CNN249 and CNN270: blocks, shared layers, imports. */
export const blockDiagnostics = defineDiagnostics({
  CNN231: {
    title: "block named like a word of the language",
    severity: "error",
    message: "a block cannot be called `{name}`: that is {noun}",
    explain: `Blocks stand where operators do, so they need names of their own. Most are written with a capital letter.

Wrong: \`block conv(channels) { … }\`

Right: \`block Conv(channels) { … }\``,
  },
  CNN232: {
    title: "block that takes no incoming value",
    severity: "error",
    message: "block `{name}` takes no incoming value: it does not use `in`",
    explain: `In a chain a block gets what comes from the left as \`in\`. A block that never mentions \`in\` would lose it.

Wrong: \`block Merge(a, b) { out add(a, b) }\` used as \`x -> Merge(y, z)\`

Right: \`Merge(y, z)\`, or \`block Merge(b) { out add(in, b) }\` used as \`x -> Merge(y)\``,
  },
  CNN233: {
    title: "block within itself",
    severity: "error",
    message: "block `{name}` is used within itself: {cycle}",
    explain: `Blocks do not call themselves, not through others either: so every file compiles in bounded time.
Repetition is \`repeat\`.

Wrong: \`block Deep(n) { out in -> relu -> Deep(n - 1) }\`

Right: \`block Deep(n) { out in -> repeat n { relu } }\``,
  },
  CNN234: {
    title: "block without out",
    severity: "error",
    message: "block `{name}` has no `out`",
    explain: `\`out\` says what a block gives back.

Wrong: \`block Stem { x = in -> relu }\`

Right: \`block Stem { x = in -> relu  out x }\``,
  },
  CNN235: {
    title: "two outs without a name",
    severity: "error",
    message: "block `{name}` has an unnamed `out` already",
    explain: `A block has one \`out\` without a name, which its use stands for; further ones have names.

Wrong: \`block B { out in -> relu  out in -> tanh }\`

Right: \`block B { out in -> relu  out side = in -> tanh }\` and then \`x = image -> B   y = x.side -> …\``,
  },
  CNN236: {
    title: "unused block",
    severity: "warning",
    message: "block `{name}` is never used",
    explain: `A block that no model of the file uses is most likely a mistake. Files without models are libraries: there nothing
is reported.`,
  },
  CNN237: {
    title: "several outs where one value is needed",
    severity: "error",
    message: "`{word}` has the outs {outs}; one of them is needed here",
    explain: `A block whose outs all have names gives several values, and so does \`split\`. Name the result, then take an out by its
name.

Wrong: \`x = image -> Encoder -> relu\`

Right: \`e = image -> Encoder   x = e.deep -> relu\``,
  },
  CNN238: {
    title: "unknown out",
    severity: "error",
    message: "`{word}` has no out `{name}`",
    explain: `Behind the dot stands the name of an \`out\` of the block, or of a part of a \`split\`: \`part0\`, \`part1\`, ….

Wrong: \`block B { out main = in -> relu }\` and then \`x.man\`

Right: \`x.main\``,
  },
  CNN239: {
    title: "out named like a size",
    severity: "error",
    message: "an out cannot be called `{name}`: behind a dot that is a size of the value",
    explain: `\`.channels\`, \`.height\`, \`.width\`, \`.length\` and \`.size\` are sizes of a value, so no out has these names.`,
  },
  CNN241: {
    title: "what cannot be shared",
    severity: "error",
    message: "`shared` takes a use of a block or of a layer; found {found}",
    explain: `\`shared\` declares layers whose uses have the same parameters. Its arguments are given once, and the value comes with
each use.

Wrong: \`shared tower = image -> Tower(64)\`

Right: \`shared tower = Tower(64)   a = left -> tower   b = right -> tower\``,
  },
  CNN242: {
    title: "shared layers are not a value",
    severity: "error",
    message: "`{name}` is shared layers, not a value",
    explain: `What \`shared\` declares stands in a chain, like an operator.

Wrong: \`x = tower -> relu\`

Right: \`x = image -> tower -> relu\``,
  },
  CNN243: {
    title: "arguments of shared layers",
    severity: "error",
    message: "`{name}` has its arguments from where it is declared",
    explain: `Uses of shared layers have the same parameters, so their arguments are given once.

Wrong: \`shared tower = Tower(64)   a = left -> tower(32)\`

Right: \`a = left -> tower\``,
  },
  CNN244: {
    title: "file that cannot be read",
    severity: "error",
    message: "there is no file `{path}`",
    explain: `The path of an import, or of labels, is relative to the file that names it.

Wrong: \`import { Residual } from "block.cnn"\` beside a file \`blocks.cnn\`

Right: \`import { Residual } from "./blocks.cnn"\``,
  },
  CNN245: {
    title: "unused import",
    severity: "warning",
    message: "`{name}` is imported and never used",
    explain: `Remove it from the import, or use it.`,
  },
  CNN246: {
    title: "files that import each other",
    severity: "error",
    message: "imports go in a circle: {cycle}",
    explain: `A file cannot import itself, not through others either. Blocks that both need go into a third file.`,
  },
  CNN247: {
    title: "no such block in the file",
    severity: "error",
    message: "`{path}` declares no block `{name}`",
    explain: `An import names blocks that the file itself declares; what it imports from others is imported from there.

Wrong: \`import { Residal } from "./blocks.cnn"\`

Right: \`import { Residual } from "./blocks.cnn"\``,
  },
  CNN248: {
    title: "import of a model",
    severity: "error",
    message: "`{name}` is a model; only blocks can be imported",
    explain: `A model has inputs and outputs of its own and is no part of another. Make what both need a \`block\`.`,
  },
  CNN249: {
    title: "too many imports",
    severity: "error",
    message: "more than {files} files, or {limit} characters, are imported",
    explain: `The limit keeps the time and memory of a check bounded.`,
  },
  CNN270: {
    title: "`in` outside a block",
    severity: "error",
    message: "`in` is the incoming value of a block; here is none",
    explain: `A model names its inputs.

Wrong: \`model M { input image: f32[3, 8, 8]  x = in -> relu  … }\`

Right: \`x = image -> relu\``,
  },
});
