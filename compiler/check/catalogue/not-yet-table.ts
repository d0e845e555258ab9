import { defineDiagnostics } from "../../../grammar/index.ts";

/** CNN254 to CNN269: the language has it, this version of the compiler does not. */
export const notYetDiagnostics = defineDiagnostics({
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
