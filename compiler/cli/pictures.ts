import type { Column } from "../../runtime/data/dataset.ts";
import { encodePng } from "../../runtime/data/image.ts";
import { elementCount } from "../../runtime/tensor/typed-array.ts";
import type { InputManifest } from "../../runtime/index.ts";
import { rasterOf } from "./contact-sheet.ts";
import type { Data } from "./data.ts";

/** Whether a PNG file can show a value. */
export function isPicture(shape: readonly number[]): boolean {
  return shape.length === 3 && (shape[0] === 1 || shape[0] === 3);
}

/** An input of some samples, in C,H,W order. */
export async function inputsAt(
  data: Data,
  indices: readonly number[],
  { name, shape }: InputManifest,
): Promise<Float64Array[]> {
  const column = (await data.gather(indices))[name] as Column;
  const [values, layout] = "layout" in column ? [column.data, column.layout] : [column, "chw"];
  const size = elementCount(shape);
  const [channels = 1] = shape;
  const place = (i: number): number =>
    layout === "chw" ? i : (i % (size / channels)) * channels + Math.floor((i * channels) / size);
  return indices.map((_, n) => Float64Array.from({ length: size }, (_, i) => values[n * size + place(i)]!));
}

/** Numbers in C,H,W order, 0 to 255, as the URL of a PNG file that the URL itself contains. */
export async function pngUrl(values: ArrayLike<number>, shape: readonly number[]): Promise<string> {
  const { data, ...size } = rasterOf(values, shape);
  return `data:image/png;base64,${Buffer.from(await encodePng(data, size)).toString("base64")}`;
}
