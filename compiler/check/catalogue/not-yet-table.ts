import { defineDiagnostics } from "../../../grammar/index.ts";

/** CNN254 to CNN269: the language has it, this version of the compiler does not. */
export const notYetDiagnostics = defineDiagnostics({
  CNN260: {
    title: "operator comes later",
    severity: "error",
    message: "`{name}` is not compiled yet",
    explain: `The language defines the word, but this version of the compiler has no kernel for it.`,
  },
});
