import { defineDiagnostics } from "../../../grammar/index.ts";

/** CNN250 to CNN269: the language has it, this version of the compiler does not. */
export const notYetDiagnostics = defineDiagnostics({
  CNN250: {
    title: "blocks come later",
    severity: "error",
    message: "blocks are not compiled yet",
    explain: `\`block\` is read and formatted, but this version compiles models only. Write the layers out in the model.`,
  },
  CNN251: {
    title: "repeat comes later",
    severity: "error",
    message: "`repeat` is not compiled yet",
    explain: `This version compiles chains of operators. Write the repeated layers out.`,
  },
  CNN252: {
    title: "if comes later",
    severity: "error",
    message: "`if` is not compiled yet",
    explain: `This version compiles chains of operators. Write the branch that is meant.`,
  },
  CNN253: {
    title: "imports come later",
    severity: "error",
    message: "imports are not compiled yet",
    explain: `This version compiles one file at a time.`,
  },
  CNN254: {
    title: "shared layers come later",
    severity: "error",
    message: "`shared` is not compiled yet",
    explain: `This version compiles networks whose layers are each used once.`,
  },
  CNN255: {
    title: "augmentation comes later",
    severity: "error",
    message: "`augment` is not compiled yet",
    explain: `This version trains on the pictures as they are. Remove the line, or augment the data set beforehand.`,
  },
  CNN256: {
    title: "labels from a file come later",
    severity: "error",
    message: "labels from a file are not compiled yet",
    explain: `Wrong: \`class from "labels.txt"\`

Right: \`class("cat", "dog")\``,
  },
  CNN257: {
    title: "multi-label outputs come later",
    severity: "error",
    message: "outputs of type `labels` are not compiled yet",
    explain: `An output that chooses one label is \`class(…)\`; plain numbers are \`f32[…]\`.`,
  },
  CNN258: {
    title: "token inputs come later",
    severity: "error",
    message: "inputs of type `tokens` are not compiled yet",
    explain: `This version compiles inputs of bytes (\`u8\`) and of numbers (\`f32\`).`,
  },
  CNN259: {
    title: "mask outputs come later",
    severity: "error",
    message: "outputs of type `mask` are not compiled yet",
    explain: `Plain numbers of the same shape are \`f32[1, H, W]\`.`,
  },
  CNN260: {
    title: "operator comes later",
    severity: "error",
    message: "`{name}` is not compiled yet",
    explain: `The language defines the word, but this version of the compiler has no kernel for it.`,
  },
});
