import type { CheckedInput, CheckedOutput, Layer } from "../check/program.ts";
import { formatShape, type DType } from "../shape/tensor-type.ts";
import type { LayerCost } from "../check/cost.ts";
import type { Row } from "./picture.ts";

/** What a slide can do without: borders, first weights, constants of the data. */
const unsaid = new Set(["pad", "bias", "init", "mean", "std"]);
/** What is understood without its name. */
const unnamed = new Set(["kernel", "channels", "features", "size"]);

export function layerRow({ name, operator, attributes, type }: Layer, cost: LayerCost, names: readonly string[]): Row {
  const said = Object.entries(operator.attributes).flatMap(([key, attribute], i) => {
    const value = attributes[key];
    if (unsaid.has(key) || isDefault(value, attribute.default)) return [];
    const text = attribute.written?.(value) ?? valueText(value, unnamed.has(key));
    return [{ key, text: unnamed.has(key) || i === 0 ? text : `${key} ${text}` }];
  });
  // `3×3, 64` as in papers: the window, then how many.
  said.sort((a, b) => Number(b.key === "kernel") - Number(a.key === "kernel"));
  const costs = [cost.params > 0 && `${exact(cost.params)} parameters`, cost.macs > 0 && `${exact(cost.macs)} MACs`];
  return {
    look: operator.category,
    word: operator.name,
    detail: said.map(({ text }) => text).join(", "),
    note: [name, formatShape(type.shape), ...costs.filter((text) => text !== false)].join("\n"),
    layers: names,
  };
}

export function inputRow({ name, type }: CheckedInput): Row {
  const { shape, dtype, below } = type;
  const kinds: Partial<Record<DType, string>> = { u8: "bytes", tokens: `tokens below ${below}` };
  const kind = kinds[dtype] ?? "numbers";
  return { look: "end", word: name, detail: "", note: `input of ${kind}, ${formatShape(shape)}`, layers: [] };
}

export function outputRow({ name, kind, shape, labels }: CheckedOutput): Row {
  const what = kind === "class" ? `one of ${shape[0]} classes` : formatShape(shape);
  return { look: "end", word: name, detail: "", note: ["output", what, ...(labels ?? [])].join("\n"), layers: [] };
}

/** As it is without being written: a number may stand for each axis. */
function isDefault(value: unknown, otherwise: unknown): boolean {
  const spread = Array.isArray(value) && typeof otherwise === "number";
  return spread ? value.every((item) => item === otherwise) : JSON.stringify(value) === JSON.stringify(otherwise);
}

/** A window is `3×3`; a stride of 2 along both axes is `2`. */
function valueText(value: unknown, whole: boolean): string {
  if (!Array.isArray(value)) return String(value);
  const [first, ...rest] = value as readonly unknown[];
  return whole || rest.some((item) => item !== first) ? value.join("×") : String(first);
}

function exact(count: number): string {
  return count.toLocaleString("en-US");
}

const units = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "K"],
] as const;

/** `1.2 M`: three digits are enough for a picture. */
export function roughly(count: number): string {
  const unit = units.find(([scale]) => count >= scale);
  return unit === undefined ? String(count) : `${Number((count / unit[0]).toPrecision(3))} ${unit[1]}`;
}
