import * as fs from "node:fs/promises";
import { CnncDataError, reasonOf } from "../errors.ts";
import { describeShape } from "../tensor/typed-array.ts";

/** How a picture of another shape is brought to the input's: cut to its middle, stretched, or with borders. */
export type ImageFit = "cover" | "fill" | "contain";

export interface ImageOptions {
  /** The input's shape: [1, H, W] (turned grey), [3, H, W], or [H, W]. */
  readonly shape: readonly number[];
  readonly fit?: ImageFit;
}

/** Pixels: a file of some bytes can claim to be a picture of gigabytes. */
const largestPicture = 2 ** 27;

/** One decoded picture, as decoders yield it; goes into a u8 input as it is. */
export interface DecodedImage {
  readonly data: Uint8Array;
  readonly layout: "hwc";
}

/** Decodes a PNG, JPEG or WebP (a file or its bytes) to the shape of an input. */
export async function readImage(source: string | URL | Uint8Array, options: ImageOptions): Promise<DecodedImage> {
  const { channels, height, width } = pictureSize(options.shape);
  const name = source instanceof Uint8Array ? "picture" : String(source);
  const sharp = await loadSharp();
  try {
    const bytes = source instanceof Uint8Array ? source : await fs.readFile(source);
    mustBePicture(bytes);
    const picture = sharp(bytes, { failOn: "truncated", limitInputPixels: largestPicture })
      .autoOrient()
      .resize(width, height, { fit: options.fit ?? "cover" })
      .flatten({ background: "#000" });
    const coloured = channels === 1 ? picture.greyscale() : picture.toColourspace("srgb");
    const { data, info } = await coloured.raw().toBuffer({ resolveWithObject: true });
    const elements = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { data: withChannels(elements, info.channels, channels), layout: "hwc" };
  } catch (error) {
    throw new CnncDataError(`${name}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Several pictures as one batch, decoded at the same time. */
export async function readImages(
  sources: readonly (string | URL | Uint8Array)[],
  options: ImageOptions,
): Promise<DecodedImage> {
  const { channels, height, width } = pictureSize(options.shape);
  const size = channels * height * width;
  const data = new Uint8Array(sources.length * size);
  await Promise.all(
    sources.map(async (source, index) => {
      data.set((await readImage(source, options)).data, index * size);
    }),
  );
  return { data, layout: "hwc" };
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
