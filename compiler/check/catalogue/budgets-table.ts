import { defineDiagnostics } from "../../../grammar/index.ts";

/** CNN4xx: budgets that a model sets itself, and limits of the compiler. */
export const budgetDiagnostics = defineDiagnostics({
  CNN401: {
    title: "too many parameters for the budget",
    severity: "error",
    message: "`{model}` has {count} parameters; its budget is {limit}",
    explain: `The limit \`params\` of the \`budget\` section is exceeded. The notes name the largest layers. In a network for
pictures that is mostly the first \`dense\` behind \`flatten\`: pooling before it shrinks it.`,
  },
  CNN402: {
    title: "too many multiplications for the budget",
    severity: "error",
    message: "`{model}` needs {count} multiply-accumulates per sample; its budget is {limit}",
    explain: `The limit \`macs\` of the \`budget\` section is exceeded. The notes name the most expensive layers. Fewer
channels, a larger stride or an earlier pool make a convolution cheaper.`,
  },
  CNN403: {
    title: "too much memory for the budget",
    severity: "error",
    message: "`{model}` needs {count} of working memory; its budget is {limit}",
    explain: `The limit \`arena\` of the \`budget\` section is exceeded: the memory for intermediate values of one sample in
inference. \`cnnc explain --arena\` shows which values are alive at the same time.`,
  },
  CNN404: {
    title: "limit that is no positive number",
    severity: "error",
    message: "the limit `{name}` must be {expected}; found {found}",
    explain: `Wrong: \`budget { params < 0 }\`, \`budget { arena < 3ms }\`

Right: \`budget { params < 70K  macs < 0.5M  arena < 256KiB }\``,
  },
  CNN405: {
    title: "value too large",
    severity: "error",
    message: "{what} has {count} numbers per sample; at most {limit} are possible",
    explain: `Positions within a value are 32-bit numbers in generated code. A value of this size is most likely a mistyped
dimension.`,
  },
  CNN406: {
    title: "too many parameters",
    severity: "error",
    message: "{what} has {count} parameters; at most {limit} are possible",
    explain: `Positions within the parameters are 32-bit numbers in generated code. A layer of this size is most likely a
\`dense\` on an unpooled picture or a mistyped dimension.`,
  },
  CNN407: {
    title: "too many layers",
    severity: "error",
    message: "the model has more than {limit} layers",
    explain: `The limit keeps the time and memory of a compilation bounded.`,
  },
  CNN408: {
    title: "too many classes",
    severity: "error",
    message: "the output has {count} classes; at most {limit} are possible",
    explain: `The limit keeps the generated types readable by editors. A class output of this size is most likely a mistyped range.`,
  },
  CNN409: {
    title: "too much to evaluate",
    severity: "error",
    message: "the model takes more than {limit} steps to evaluate",
    explain: `Each expression counts one step, each time that its block is used or its \`repeat\` goes round. The limit keeps the
time of a check bounded; a network with 10,000 layers stays far below it.`,
  },
  CNN410: {
    title: "nested too deep",
    severity: "error",
    message: "{what} stand within each other more than {limit} deep",
    explain: `The limit keeps the memory of a check bounded.`,
  },
  CNN411: {
    title: "repeated too often",
    severity: "error",
    message: "`repeat` goes round {count} times; at most {limit} are possible",
    explain: `A model has at most 10,000 layers. A count of this size is most likely mistyped.`,
  },
  CNN412: {
    title: "too many errors",
    severity: "error",
    message: "there are more errors than {limit}; the rest is not shown",
    explain: `The limit keeps reports readable. Of warnings too no more than this number is shown.`,
  },
});
