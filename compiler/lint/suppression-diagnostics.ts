import { defineDiagnostics } from "../../grammar/index.ts";

/** CNN59x: what is wrong with a comment that suppresses a report. */
export const suppressionDiagnostics = defineDiagnostics({
  CNN591: {
    title: "suppression without a reason",
    severity: "warning",
    message: "a suppression says what it suppresses, and why",
    explain: `Whoever reads the file later must be able to judge whether the reason still holds. A comment without one
suppresses nothing.

Wrong: \`// cnnc-ignore CNN502\`

Right: \`// cnnc-ignore CNN502: the bias is loaded from a published checkpoint\``,
  },
  CNN592: {
    title: "suppression of what cannot be suppressed",
    severity: "warning",
    message: "`{code}` {reason}",
    explain: `A suppression names warnings and rules of the linter by their codes. Errors of the language cannot be suppressed: without
their remedy there is nothing to compile.

Wrong: \`// cnnc-ignore bias: it is wanted here\`

Right: \`// cnnc-ignore CNN502: it is wanted here\``,
  },
  CNN593: {
    title: "unused suppression",
    severity: "warning",
    message: "there is nothing to suppress: `{code}` is not reported here",
    explain: `What was suppressed has been mended, or stands on another line: a suppression is for its own line, or, alone on a line,
for the next line with something in it. Remove it, or the next mistake of that kind will pass unseen.

In a file of blocks alone it is never reported: what the blocks are used for stands in other files.`,
  },
  CNN594: {
    title: "suppression where none is allowed",
    severity: "error",
    message: "the configuration forbids suppressions",
    explain: `\`"suppressions": "forbid"\` stands in the \`lint\` part of \`cnnc.config.json\`. A rule that does not fit the project is
switched off there, for all to see.`,
  },
});

export type SuppressionCode = keyof typeof suppressionDiagnostics;
