import { defineDiagnostics } from "./source/diagnostic.ts";

/** CNN1xx: what can be wrong before anything is known about layers. */
export const syntaxDiagnostics = defineDiagnostics({
  CNN100: {
    title: "file too large",
    severity: "error",
    message: "the file has {size} characters; at most {limit} are read",
    explain: `A network is a page of text. A file beyond the limit is most likely not a .cnn file; splitting a real one
with \`import\` mends it.`,
  },
  CNN101: {
    title: "unexpected text",
    severity: "error",
    message: "expected {expected}, found {found}",
    explain: `The text does not follow the grammar at the marked place. Everything else in the file is still read.

Wrong: \`logits = features dense(10)\`

Right: \`logits = features -> dense(10)\``,
  },
  CNN102: {
    title: "unknown unit",
    severity: "error",
    message: "unknown unit `{unit}`",
    explain: `A unit is glued to its number and is one of K, M, G, KiB, MiB, GiB, s, ms, Hz, kHz, deg. Case matters.

Wrong: \`rotate(8degrees)\`

Right: \`rotate(8deg)\``,
  },
  CNN103: {
    title: "digits are missing beside the dot",
    severity: "error",
    message: "digits stand on both sides of a dot",
    explain: `\`16.\` and \`.5\` are easily misread beside ranges (\`0..5\`) and attributes (\`in.channels\`).

Wrong: \`dropout(.5)\`

Right: \`dropout(0.5)\``,
  },
  CNN104: {
    title: "string without end",
    severity: "error",
    message: "the string has no closing quote",
    explain: `A string ends on the line where it starts.

Wrong: \`class from "labels.txt\`

Right: \`class from "labels.txt"\``,
  },
  CNN105: {
    title: "comment without end",
    severity: "error",
    message: "the comment has no closing `*/`",
    explain: `A block comment reaches from \`/*\` to the next \`*/\`; without one it would hide the rest of the file.

Wrong: \`/* first layer\`

Right: \`/* first layer */\` or \`// first layer\``,
  },
  CNN106: {
    title: "stray character",
    severity: "error",
    message: "{character} means nothing here",
    explain: `Outside strings and comments the language uses only the characters of its token table.

Wrong: \`x = in -> conv(16) @ relu\`

Right: \`x = in -> conv(16) -> relu\``,
  },
  CNN107: {
    title: "a spelling from another language",
    severity: "error",
    message: "`{written}` is not used; {advice}",
    explain: `The file uses a sign that other languages have and this one spells differently.

Wrong: \`if a && !b { 1 } else { 2 }\`

Right: \`if a and not b { 1 } else { 2 }\``,
  },
  CNN108: {
    title: "name with other than ASCII letters",
    severity: "error",
    message: "the name `{name}` has characters other than ASCII letters, digits and `_`",
    explain: `Names become identifiers in the generated TypeScript and C++ and the keys of weight files. Labels and comments
may use any script.

Wrong: \`größe = in -> conv(8)\`

Right: \`groesse = in -> conv(8)\``,
  },
  CNN109: {
    title: "unknown escape",
    severity: "error",
    message: "unknown escape `{escape}`",
    explain: `Strings know the escapes \`\\"\`, \`\\\\\`, \`\\n\` and \`\\t\`.

Wrong: \`class from "data\\labels.txt"\`

Right: \`class from "data/labels.txt"\``,
  },
  CNN110: {
    title: "unclosed bracket",
    severity: "error",
    message: "this `{open}` is not closed",
    explain: `The bracket is reported where it opens; the note says where the text went on without closing it.

Wrong: \`x = in -> conv(16, kernel=3 -> relu\`

Right: \`x = in -> conv(16, kernel=3) -> relu\``,
  },
  CNN111: {
    title: "bracket that closes nothing",
    severity: "error",
    message: "this `{close}` closes nothing",
    explain: `There is a closing bracket too many, or the opening one is missing.

Wrong: \`x = in -> conv(16))\`

Right: \`x = in -> conv(16)\``,
  },
  CNN112: {
    title: "brackets do not match",
    severity: "error",
    message: "`{open}` is closed by `{close}`",
    explain: `Wrong: \`normalize(mean=[0.5), std=[0.25])\`

Right: \`normalize(mean=[0.5], std=[0.25])\``,
  },
  CNN113: {
    title: "arrow beside an operator",
    severity: "error",
    message: "`->` and `{operator}` need parentheses between them",
    explain: `\`->\` binds loosest, which surprises in \`a + b -> relu\`. Parentheses say what is meant. To add tensors in a
network, use \`add\`.

Wrong: \`x = a + b -> relu\`

Right: \`x = add(a, b) -> relu\` or \`x = (a + b) -> relu\``,
  },
  CNN114: {
    title: "nested too deeply",
    severity: "error",
    message: "brackets and operators are nested more than {limit} deep",
    explain: `The limit keeps every file compilable in bounded time and memory. Give a part of the expression a name.`,
  },
  CNN115: {
    title: "comparisons do not chain",
    severity: "error",
    message: "`{operator}` cannot follow `{previous}` without parentheses",
    explain: `Wrong: \`if 1 < stride < 4 { … }\`

Right: \`if 1 < stride and stride < 4 { … }\``,
  },
  CNN116: {
    title: "`if` without `else` as a value",
    severity: "error",
    message: "an `if` that gives a value needs an `else`",
    explain: `As a link of a chain \`if\` without \`else\` passes the value on unchanged. As a value of its own it would have none.

Wrong: \`side = if stride == 1 { in }\`

Right: \`side = if stride == 1 { in } else { in -> max_pool(2) }\``,
  },
  CNN117: {
    title: "statement in the wrong place",
    severity: "error",
    message: "{statement} does not belong in {place}",
    explain: `A model declares \`input\` and \`output\` with types; a block takes \`in\` and ends in \`out\`.

Wrong: \`model M { input x: f32[8]  out x -> relu }\`

Right: \`model M { input x: f32[8]  output y: f32[8] = x -> relu }\``,
  },
  CNN118: {
    title: "documentation of nothing",
    severity: "warning",
    message: "this `///` comment documents nothing",
    explain: `A \`///\` comment belongs to the declaration or statement that follows it. Elsewhere write \`//\`.

Wrong: \`} /// end of the model\`

Right: \`} // end of the model\``,
  },
  CNN119: {
    title: "version not at the start",
    severity: "error",
    message: "`cnn VERSION` stands once, before everything else in the file",
    explain: `Wrong: \`model M { … }  cnn 1\`

Right: \`cnn 1  model M { … }\``,
  },
  CNN120: {
    title: "unknown language version",
    severity: "error",
    message: "language version {version} is not known",
    explain: `This compiler reads version 1 of the language. A newer file needs a newer compiler.

Wrong: \`cnn 3\`

Right: \`cnn 1\``,
  },
  CNN121: {
    title: "too many errors",
    severity: "info",
    message: "more than {limit} errors; the rest is not shown",
    explain: `Mend the first errors and run again.`,
  },
  CNN123: {
    title: "file too long",
    severity: "error",
    message: "the file has more than {limit} words and signs",
    explain: `The limit keeps every file compilable in bounded time and memory. Repetition is written with \`repeat\` and
blocks; parts of a large family of networks go to files of their own.`,
  },
  CNN122: {
    title: "number out of range",
    severity: "error",
    message: "the number `{number}` is too large",
    explain: `Numbers are 64-bit floating point, at most about 1.8e308.

Wrong: \`clip(max=1e999)\`

Right: \`clip(max=1e9)\``,
  },
  CNN124: {
    title: "name too long",
    severity: "error",
    message: "a name of {length} characters; {limit} are the most",
    explain: `Names become names of files and identifiers in C++ and TypeScript, several of them joined by dots.
Longer descriptions are doc comments.

Wrong: \`the_residual_branch_of_the_first_block_whose_stride_halves_the_picture_and_doubles_the_number_of_channels = …\`

Right: \`main = …\``,
  },
});
