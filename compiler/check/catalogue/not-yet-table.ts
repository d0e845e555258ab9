import { defineDiagnostics } from "../../../grammar/index.ts";

/** CNN254 to CNN269: the language has it, this version of the compiler does not. */
export const notYetDiagnostics = defineDiagnostics({
  CNN254: {
    title: "training of shared layers comes later",
    severity: "error",
    message: "`{name}` has several uses that the loss depends on; training them is not compiled yet",
    explain: `A network whose \`shared\` layers have several uses is compiled for prediction: leave out its \`train\` section,
and load weights that were trained elsewhere.`,
  },
  CNN258: {
    title: "token inputs come later",
    severity: "error",
    message: "inputs of type `tokens` are not compiled yet",
    explain: `This version compiles inputs of bytes (\`u8\`) and of numbers (\`f32\`).`,
  },
  CNN260: {
    title: "operator comes later",
    severity: "error",
    message: "`{name}` is not compiled yet",
    explain: `The language defines the word, but this version of the compiler has no kernel for it.`,
  },
});
