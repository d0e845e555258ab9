import { textOf } from "../../grammar/index.ts";
import type { Input } from "../../grammar/index.ts";
import type { Shape } from "../shape/tensor-type.ts";
import type { Reporter } from "./reporter.ts";

/** Of grey, colour, and colour with transparency: as the width of a picture with many channels they are out of place. */
const channelsOfPictures = [1, 3, 4];

/** Whether a shape reads like H, W, C. */
export function isChannelsLast([channels = 0, height = 0, width = 0]: Shape): boolean {
  return channelsOfPictures.includes(width) && channels > 4 && height > 4;
}

/** Warns of an input in the order of TensorFlow; where there are errors their notes say how the shape is read. */
export function reportChannelsLast({ name, type }: Input, shape: Shape, reporter: Reporter): void {
  if (!isChannelsLast(shape)) return;
  const [channels, height, width] = shape as readonly [number, number, number];
  const [rows, columns, last] = (type.dims ?? []).map(({ span }) => span);
  const order = [last!, rows!, columns!].map(textOf);
  const edits = [rows!, columns!, last!].map((span, i) => ({ span, text: order[i]! }));
  const help = 'the caller may pass H×W×C all the same: `{ data, layout: "hwc" }`';
  const fix = { title: `write [${order.join(", ")}]`, edits };
  reporter.add("CNN356", type.span, { name: name.name, channels, height, width }, { help, choices: [fix] });
}
