import { span } from "../../../../grammar/index.ts";
import { defineRule } from "../../rule.ts";

export const missingVersion = defineRule({
  code: "CNN501",
  name: "missing-version",
  title: "file without a version of the language",
  severity: "warning",
  set: "recommended",
  message: "the file does not say which version of the language it is written in",
  explain: `A later version of the language may give a word another meaning. With \`cnn 1\` at its start a file is read as it
was meant, or refused, by every compiler to come.`,
  checkFile: ({ version, imports, blocks, models, span: { file } }, report) => {
    const starts = [...imports, ...blocks, ...models].map((node) => node.span.start);
    if (version !== undefined || starts.length === 0) return;
    const first = Math.min(...starts);
    const start = file.lineStarts[0]!;
    const edits = [{ span: span(file, start, start), text: "cnn 1\n" }];
    report(span(file, first, first), {}, { fix: { title: "name the version", edits } });
  },
});
