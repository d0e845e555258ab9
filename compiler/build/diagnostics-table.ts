import { defineDiagnostics } from "../../grammar/index.ts";

/** CNN601 to CNN699: what goes wrong behind the checker, at places of the source. */
export const buildDiagnostics = defineDiagnostics({
  CNN601: {
    title: "the C++ compiler failed",
    severity: "error",
    message: "the C++ compiler failed in what was generated for this line",
    explain: `A network that passes the checks should compile. This is a fault of cnnc, of the C++ compiler, or of the machine; what
the compiler said stands below. Another compiler (\`CXX=clang++ cnnc build …\`) or another level of processors (\`--cpu\`) may do.
\`cnnc doctor\` tries the compiler with a small program. If it works there, please report the fault with the \`.cnn\` file.`,
  },
});
