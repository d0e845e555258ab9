import { didYouMean } from "../../grammar/index.ts";
import type { Name } from "../../grammar/index.ts";
import type { Context } from "./context.ts";
import { replacement } from "./fixes.ts";
import { unknown } from "./values.ts";
import type { Evaluated } from "./values.ts";
import { kindNouns, suggestion } from "./words.ts";
import { registry } from "../ops/registry.ts";

/** What a name stands for where it is used. */
export function evaluateName(node: Name, c: Context): Evaluated {
  const { name, span } = node;
  const binding = c.scope.get(name);
  if (binding?.kind === "output") {
    const notes = [{ span: binding.span, message: `\`${name}\` is declared here` }];
    const help = "give the value a name of its own, and use that here and in the output";
    c.reporter.add("CNN208", span, { name }, { notes, help });
    return unknown;
  }
  if (binding?.kind === "shared") {
    if (binding.instance === undefined) return unknown;
    const notes = [{ span: binding.span, message: `\`${name}\` is declared here` }];
    c.reporter.add("CNN242", span, { name }, { notes, help: `use it in a chain: \`value -> ${name}\`` });
    return unknown;
  }
  if (binding !== undefined) return binding.value;
  if (name === "in") {
    const [input, second] = [...c.scope.values()].filter((value) => c.scope.get(value)?.kind === "input");
    const fix =
      input === undefined || second !== undefined ? undefined : replacement(span, input, `did you mean \`${input}\`?`);
    c.reporter.add("CNN270", span, {}, { fix });
    return unknown;
  }
  if (name === c.defines) {
    c.reporter.add("CNN206", span, { name }, { help: "a name has one meaning; the chain starts with another value" });
    return unknown;
  }
  const later = c.scope.later(name);
  if (later !== undefined) {
    const notes = [{ span: later, message: `\`${name}\` is defined here` }];
    const help = "a value is defined above its uses; values that need each other cannot be computed";
    c.reporter.add("CNN205", span, { name }, { notes, help });
    return unknown;
  }
  if (c.hasInput) reportUnknown(node, c);
  return unknown;
}

function reportUnknown({ name, span }: Name, { scope, reporter, blocks }: Context): void {
  if (blocks.has(name)) {
    const help = `\`${name}\` is a block; use it in a chain, \`value -> ${name}\`, or write its arguments, \`${name}(…)\``;
    reporter.add("CNN201", span, { name }, { help });
    return;
  }
  const word = registry.get(name);
  const meant = didYouMean(name, scope.values());
  if (word !== undefined && meant === undefined) {
    const help = `\`${name}\` is ${kindNouns[word.kind]}; a value comes from an input: \`image -> ${name}\``;
    reporter.add("CNN201", span, { name }, { help });
    return;
  }
  reporter.add("CNN201", span, { name }, suggestion({ kind: "Identifier", name, span }, scope.values(), true));
}
