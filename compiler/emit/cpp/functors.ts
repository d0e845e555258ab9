import { resultOf, type Node, type Origin, type Step, type ValueId } from "../../ir/graph.ts";
import type { Context } from "./context.ts";
import { comment, groupBy, Names, roleOf } from "./names.ts";
import { printSteps, type PrintedSteps } from "./steps.ts";

/** The functors of a program: their definitions, and for the steps of a node the text that makes theirs. */
export interface Functors {
  readonly definitions: readonly string[];
  readonly make: ReadonlyMap<readonly Step[], string>;
}

/** The steps of a node, or of its tail. */
interface Part {
  readonly node: Node;
  readonly body: readonly Step[];
  readonly suffix: string;
  /** With values numbered: the same for all nodes that differ in the places of their values alone. */
  readonly steps: PrintedSteps;
  /** The values, by their numbers. */
  readonly values: readonly ValueId[];
}

/**
 * Steps that say the same are one functor. So kernels are instantiated for distinct shapes and steps, and what is repeated
 * in a network costs a call.
 */
export function shareFunctors(nodes: readonly Node[], c: Context): Functors {
  const parts = nodes.flatMap((node) => partsOf(node, c));
  const definitions: string[] = [];
  const make = new Map<readonly Step[], string>();
  for (const group of groupBy(parts, ({ steps }) => definitionOf("", steps).join("\n")).values()) {
    const { name, text } = group.length === 1 ? defineOwn(group[0]!, c) : defineShared(group, c);
    definitions.push("", usersOf(group), ...text);
    for (const { body, steps } of group)
      make.set(body, `${name}{${steps.members.map(({ value }) => value).join(", ")}}`);
  }
  return { definitions, make };
}

function partsOf(node: Node, c: Context): readonly Part[] {
  const part = (body: readonly Step[], suffix: string): Part => {
    const values: ValueId[] = [];
    const numberOf = (id: ValueId): string => {
      if (!values.includes(id)) values.push(id);
      return `${values.indexOf(id)}`;
    };
    return { node, body, suffix, steps: printSteps(body, node.outputs, numberOf, c), values };
  };
  if (!node.tail) return [part(node.body, "steps")];
  return [part(node.body, "before_pool"), part(node.tail.body, "steps")];
}

interface Definition {
  readonly name: string;
  readonly text: readonly string[];
}

/** The functor of one node has its names. */
function defineOwn({ node, body, suffix }: Part, c: Context): Definition {
  const name = c.names.fresh(`${c.names.of(resultOf(node))}_${suffix}`);
  const steps = printSteps(body, node.outputs, (id) => c.names.of(id), c);
  return { name, text: definitionOf(name, steps) };
}

/** That of several is named for what it does, `batch_norm_relu_64x56x56_steps`, its values for their roles: `a_relu`. */
function defineShared(group: readonly Part[], c: Context): Definition {
  const [{ node, body, suffix, values }] = group as [Part];
  const roles = values.map((_, i) => agreed(group, (part) => roleOf(part.values[i]!)) ?? "value");
  const shape = agreed(group, (part) => shapeOf(part, c));
  const does = [...new Set(body.map(({ value }) => roles[values.indexOf(value)]!))];
  const name = c.names.fresh([...does, ...(shape === undefined ? [] : [shape]), suffix].join("_"));
  const names = new Names();
  const nameOf = new Map(values.map((id, i) => [id, names.fresh(`a_${roles[i]!}`)]));
  return {
    name,
    text: definitionOf(
      name,
      printSteps(body, node.outputs, (id) => nameOf.get(id)!, c),
    ),
  };
}

/** What all say, if they say the same. */
function agreed(group: readonly Part[], say: (part: Part) => string): string | undefined {
  const [first, ...others] = new Set(group.map(say));
  return others.length === 0 ? first : undefined;
}

function shapeOf({ body }: Part, c: Context): string {
  const { channels, height, width } = c.extent(body[0]!.value);
  return `${channels}x${height}x${width}`;
}

/** `// net.cnn:5: conv(64) -> relu; 15 more in lines 5, 6` */
function usersOf(group: readonly Part[]): string {
  const [first, ...others] = group.map(({ node }) => node.origin) as [Origin, ...Origin[]];
  const lines = [...new Set(others.map(({ file, line }) => (file === first.file ? `${line}` : `${file}:${line}`)))];
  const more =
    others.length === 0
      ? ""
      : `; ${others.length} more in ${lines.length === 1 ? "line" : "lines"} ${lines.join(", ")}`;
  return comment(`${first.file}:${first.line}: ${first.text}${more}`);
}

function definitionOf(name: string, { members, lines }: PrintedSteps): readonly string[] {
  return [
    `struct ${name} {`,
    ...members.map(({ declaration }) => `  ${declaration};`),
    "  template <class V>",
    "  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {",
    ...lines.map((line) => `    ${line}`),
    "  }",
    "};",
  ];
}
