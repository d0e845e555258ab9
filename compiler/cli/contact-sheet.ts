/** Pixels as files have them: rows of pixels, each with all its channels. */
export interface Raster {
  readonly data: Uint8ClampedArray;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const GAP = 4;
/** Small pictures are enlarged up to about this many pixels. */
const SIDE = 128;
const WHITE = 255;

/** A table of pictures of one size, the first column set apart; small ones are enlarged by a whole factor. */
export function contactSheet(rows: readonly (readonly Raster[])[]): Raster {
  const [first] = rows[0]!;
  const { height, width, channels } = first!;
  const factor = Math.max(1, Math.floor(SIDE / Math.max(height, width)));
  const left = (column: number): number => GAP + column * (width * factor + GAP) + (column > 0 ? GAP : 0);
  const top = (row: number): number => GAP + row * (height * factor + GAP);
  const sheet: Raster = {
    ...{ height: top(rows.length), width: left(rows[0]!.length), channels },
    data: new Uint8ClampedArray(top(rows.length) * left(rows[0]!.length) * channels).fill(WHITE),
  };
  rows.forEach((pictures, row) =>
    pictures.forEach((picture, column) => paste(picture, sheet, top(row), left(column), factor)),
  );
  return sheet;
}

function paste(picture: Raster, sheet: Raster, top: number, left: number, factor: number): void {
  const { height, width, channels } = picture;
  for (let y = 0; y < height * factor; y++)
    for (let x = 0; x < width * factor; x++) {
      const from = (Math.floor(y / factor) * width + Math.floor(x / factor)) * channels;
      sheet.data.set(picture.data.subarray(from, from + channels), ((top + y) * sheet.width + left + x) * channels);
    }
}

/** C,H,W numbers as bytes. */
export function rasterOf(values: ArrayLike<number>, [channels, height, width]: readonly number[]): Raster {
  const [c, h, w] = [channels!, height!, width!];
  const data = new Uint8ClampedArray(c * h * w);
  for (let i = 0; i < data.length; i++) data[(i % (h * w)) * c + Math.floor(i / (h * w))] = values[i]!;
  return { data, height: h, width: w, channels: c };
}
