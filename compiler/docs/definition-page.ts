import { formatShape, sizeOf, type Shape, type TensorType } from "../shape/tensor-type.ts";
import type { Attribute } from "../opkit/attributes.ts";
import type { Definition } from "../opkit/operator.ts";

/** One sample of an operator with what the checker makes of it. */
export interface Example {
  readonly link: string;
  readonly input: TensorType;
  readonly output: TensorType;
  /** Of the operator that the page is about. */
  readonly parameters: readonly { readonly name: string; readonly shape: Shape }[];
}

interface Kind {
  readonly title: string;
  readonly plural: string;
  /** The statement that a word of this kind stands in; an operator's first operand, `x`, comes from the chain. */
  readonly use: (signature: string, x: string) => string;
}

const kinds: { readonly [K in Definition["kind"]]: Kind } = {
  operator: { title: "Operator", plural: "Operators", use: (signature, x) => `y = ${x} -> ${signature}` },
  loss: { title: "Loss", plural: "Losses", use: (signature) => `train { loss = ${signature} … }` },
  optimizer: { title: "Optimiser", plural: "Optimisers", use: (signature) => `train { optimizer = ${signature} … }` },
  schedule: { title: "Schedule", plural: "Schedules", use: (signature) => `train { schedule = ${signature} … }` },
  clip: {
    title: "Gradient clipping",
    plural: "Gradient clipping",
    use: (signature) => `train { clip = ${signature} … }`,
  },
  initializer: {
    title: "Initialiser",
    plural: "Initialisers",
    use: (signature) => `y = x -> dense(10, init=${signature})`,
  },
  augmentation: {
    title: "Augmentation",
    plural: "Augmentations",
    use: (signature) => `train { augment image -> ${signature} … }`,
  },
};

/** The documentation page of a word of the language, from its declaration. Markdown, not yet laid out. */
export function definitionPage(definition: Definition, examples: readonly Example[]): string {
  const { name, kind, summary, doc, attributes } = definition;
  return [
    `# ${name}`,
    `${kinds[kind].title}. ${summary}`,
    `\`\`\`text\n${kinds[kind].use(signatureOf(definition), firstOperandOf(definition))}\n\`\`\``,
    doc,
    ...sectionOf("Attributes", attributeTable(attributes)),
    ...sectionOf("Parameters", parameterTable(examples)),
    ...sectionOf("Examples", exampleTable(examples)),
    "",
  ].join("\n\n");
}

/** The list of all words by kind, with links to their pages. */
export function definitionIndex(definitions: readonly Definition[]): string {
  const sections = (Object.keys(kinds) as Definition["kind"][]).flatMap((kind) => {
    const words = definitions.filter((definition) => definition.kind === kind);
    const rows = [...words]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, summary }) => [`[${name}](${name}.md)`, summary]);
    return sectionOf(kinds[kind].plural, table(["Word", "What it is"], rows));
  });
  const head = "One page for each word that the compiler knows, made from its declaration in `compiler/ops/`.";
  return ["# Words of the language", head, ...sections, ""].join("\n\n");
}

/** `conv(channels, kernel, stride=1, …)`: what must be given, then what may be, with its default. */
function signatureOf(definition: Definition): string {
  const { name, attributes } = definition;
  const written = Object.entries(attributes).map(([key, attribute]) => {
    const otherwise = defaultOf(attribute);
    return otherwise === undefined ? key : `${key}=${otherwise}`;
  });
  const all = [...operandsOf(definition), ...written];
  return all.length === 0 ? name : `${name}(${all.join(", ")})`;
}

function firstOperandOf(definition: Definition): string {
  return (definition.kind === "operator" ? definition.operands[0] : undefined) ?? "x";
}

/** The values that are written as arguments: of an operator those behind the one that the chain brings. */
function operandsOf(definition: Definition): readonly string[] {
  if (definition.kind === "loss") return ["prediction", "target"];
  if (definition.kind !== "operator") return [];
  return [...definition.operands.slice(1), ...(definition.variadic ? ["…"] : [])];
}

function attributeTable(attributes: Definition["attributes"]): string | undefined {
  const rows = Object.entries(attributes).map(([name, attribute]) => {
    const otherwise = defaultOf(attribute);
    return [
      `\`${name}\``,
      attribute.expected,
      otherwise === undefined ? "required" : `\`${otherwise}\``,
      attribute.doc,
    ];
  });
  return table(["Name", "Value", "Default", "Meaning"], rows);
}

/** As it would be written; `…` where the default is none that could be written and the doc tells what it is. */
function defaultOf(attribute: Attribute<unknown>): string | undefined {
  const { default: value, parse } = attribute;
  if (value === undefined) return undefined;
  if (attribute.written) return attribute.written(value);
  if (typeof value === "number") return parse(value).ok ? String(value) : "…";
  if (!Array.isArray(value)) return String(value);
  const [first, last] = value as readonly number[];
  if (value.every((item) => item === first)) return first === undefined ? "…" : String(first);
  if (parse({ kind: "range", from: first!, to: last! }).ok) return `${first}..${last}`;
  return `[${value.join(", ")}]`;
}

function parameterTable(examples: readonly Example[]): string | undefined {
  const [fullest] = [...examples].sort((a, b) => b.parameters.length - a.parameters.length);
  if (fullest === undefined) return undefined;
  const rows = fullest.parameters.map(({ name, shape }) => [`\`${name}\``, formatShape(shape)]);
  return table(["Name", `Shape for \`${fullest.link}\` of ${formatShape(fullest.input.shape)}`], rows);
}

function exampleTable(examples: readonly Example[]): string | undefined {
  const rows = examples.map(({ link, input, output, parameters }) => {
    const count = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    return [`\`${link}\``, operandText(input), formatShape(output.shape), count || "–"].map(String);
  });
  return table(["Link", "Operand", "Result", "Parameters"], rows);
}

/** `6×14×14`, `3×32×32 (u8)`, `64 (tokens in 1000)` */
function operandText({ dtype, shape, below }: TensorType): string {
  if (dtype === "f32") return formatShape(shape);
  return `${formatShape(shape)} (${dtype}${below === undefined ? "" : ` in ${below}`})`;
}

function sectionOf(title: string, text: string | undefined): string[] {
  return text === undefined ? [] : [`## ${title}`, text];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string | undefined {
  if (rows.length === 0) return undefined;
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
