import * as fs from "node:fs/promises";
import { CnncDataError, reasonOf } from "../errors.ts";
import { describeShape, elementCount } from "../tensor/typed-array.ts";
import { CorruptSamples } from "./corrupt-samples.ts";

/** How a picture of another shape is brought to the input's: cut to its middle, stretched, or with borders. */
export type ImageFit = "cover" | "fill" | "contain";

export interface ImageOptions {
  /** The input's shape: [1, H, W] (turned grey), [3, H, W], or [H, W]. */
  readonly shape: readonly number[];
  readonly fit?: ImageFit;
}

/** How pixels between pixels are found: of masks by the nearest alone, which has no values that are in none. */
type Resampling = "smooth" | "nearest";

/** Pixels: a file of some bytes can claim to be a picture of gigabytes. */
const largestPicture = 2 ** 27;

/** One decoded picture, as decoders yield it; goes into a u8 input as it is. */
export interface DecodedImage {
  readonly data: Uint8Array;
  readonly layout: "hwc";
}

/** Decodes a PNG, JPEG or WebP (a file or its bytes) to the shape of an input. */
export function readImage(source: string | URL | Uint8Array, options: ImageOptions): Promise<DecodedImage> {
  return readImages([source], options);
}

/** Several pictures as one batch, decoded at the same time. */
export async function readImages(
  sources: readonly (string | URL | Uint8Array)[],
  options: ImageOptions,
  corrupt = new CorruptSamples({}),
): Promise<DecodedImage> {
  const size = elementCount(options.shape);
  const data = new Uint8Array(sources.length * size);
  await Promise.all(
    sources.map(async (source, index) => {
      try {
        const bytes = source instanceof Uint8Array ? source : await fs.readFile(source);
        data.set(await decodeImage(bytes, options), index * size);
      } catch (error) {
        const name = source instanceof Uint8Array ? "picture" : String(source);
        corrupt.add(index, { name, reason: reasonOf(error) }, error);
      }
    }),
  );
  return { data, layout: "hwc" };
}

/** The pixels of a picture in H,W,C order. The decoder has threads of its own: whoever waits for several at once has them sooner. */
export async function decodeImage(
  bytes: Uint8Array,
  { shape, fit = "cover" }: ImageOptions,
  resampling: Resampling = "smooth",
): Promise<Uint8Array> {
  const { channels, height, width } = pictureSize(shape);
  const sharp = await loadSharp();
  mustBePicture(bytes);
  const picture = sharp(bytes, { failOn: "truncated", limitInputPixels: largestPicture })
    .autoOrient()
    .resize(width, height, { fit, ...(resampling === "nearest" && { kernel: "nearest", fastShrinkOnLoad: false }) })
    .flatten({ background: "#000" });
  const coloured = picture.toColourspace(channels === 1 ? "b-w" : "srgb");
  const { data, info } = await coloured.raw().toBuffer({ resolveWithObject: true });
  const elements = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return withChannels(elements, info.channels, channels);
}

/** A PNG file of bytes in H,W,C order. */
export async function encodePng(
  data: Uint8ClampedArray,
  size: { readonly channels: number; readonly height: number; readonly width: number },
): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const raw = { ...size, channels: size.channels as 1 | 3 };
  return sharp(data, { raw }).png().toBuffer();
}

/** The decoder reads many formats more, drawings and documents among them. */
function mustBePicture(bytes: Uint8Array): void {
  const start = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  if (start.startsWith("\x89PNG\r\n\x1a\n") || start.startsWith("\xff\xd8\xff")) return;
  if (start.startsWith("RIFF") && start.endsWith("WEBP")) return;
  throw new CnncDataError("not a PNG, JPEG or WebP picture");
}

function pictureSize(shape: readonly number[]): { channels: number; height: number; width: number } {
  const [channels, height, width] = shape.length === 2 ? [1, ...shape] : shape;
  if ((channels === 1 || channels === 3) && height && width && shape.length <= 3) {
    return { channels, height, width };
  }
  throw new CnncDataError(`a picture has 1 or 3 channels, height and width, not ${describeShape(shape)}`);
}

/** sharp may keep three equal channels for a grey picture, or one where three are wanted. */
function withChannels(data: Uint8Array, have: number, want: number): Uint8Array {
  if (have === want) return data;
  const pixels = data.length / have;
  const result = new Uint8Array(pixels * want);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < want; channel++) {
      result[pixel * want + channel] = data[pixel * have + Math.min(channel, have - 1)]!;
    }
  }
  return result;
}

/** Loaded when the first picture is: it is large, and models fed with arrays do without it. */
async function loadSharp() {
  try {
    return (await import("sharp")).default;
  } catch (error) {
    throw new CnncDataError(`pictures need the package "sharp": ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
