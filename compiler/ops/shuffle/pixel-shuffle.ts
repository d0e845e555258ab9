import { reordering } from "../../ir/factors.ts";
import { whole } from "../../opkit/attributes.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { pickTensor } from "../../opkit/tensor.ts";
import { checkRank } from "../../opkit/windows.ts";
import { extentOf, type Shape } from "../../shape/tensor-type.ts";

export const pixelShuffle = defineOperator({
  name: "pixel_shuffle",
  category: "shape",
  summary: "Channels become pixels: r² channels a square of r by r.",
  doc:
    "[C·r², H, W] becomes [C, H·r, W·r] for factor=r: y[c, h·r + i, w·r + j] = x[(c·r + i)·r + j, h, w]. Behind a " +
    "convolution it is sub-pixel convolution (Shi et al. 2016, arXiv:1609.05158). The order of channels is that of " +
    "PyTorch's `PixelShuffle`, ONNX's `DepthToSpace` with mode CRD.",
  operands: ["x"],
  attributes: { factor: whole({ doc: "How much larger rows and columns become.", min: 1, max: 1024 }) },
  shape: ({ operands: [x], attributes: { factor }, fail, warn }) => {
    checkRank("pixel_shuffle", x!, [3], "an image C×H×W", { fail, warn });
    const [channels = 1] = x!.shape;
    if (channels % factor ** 2 !== 0) {
      const holes = { groups: String(factor ** 2), channels: String(channels), what: "input" };
      fail("CNN303", { operator: "pixel_shuffle", ...holes }, "factor");
    }
    return { dtype: "f32", shape: enlarged(x!.shape, factor) };
  },
  lower: ({ b, operands: [x], attributes: { factor: r } }) => {
    const { channels, height, width } = extentOf(b.typeOf(x!).shape);
    const moved = reordering([[channels / r ** 2, r, r], [height], [width]], [[0], [3, 1], [4, 2]]);
    return b.node({ family: "permute", ...moved }, [x!]);
  },
  onnx: ({ b, operands: [x], attributes: { factor } }) =>
    b.node("DepthToSpace", [x!], { blocksize: factor, mode: "CRD" }),
  reference: ({ operands: [x], attributes: { factor: r } }) => {
    const [, ...shape] = x!.shape;
    return pickTensor(x!, enlarged(shape, r), ([c, h, w]) => [
      (c! * r + (h! % r)) * r + (w! % r),
      Math.floor(h! / r),
      Math.floor(w! / r),
    ]);
  },
  samples: [
    { link: "pixel_shuffle(2)", input: [12, 3, 5], batch: 3 },
    { link: "conv(45, kernel=3, pad=1) -> pixel_shuffle(3) -> tanh", input: [2, 4, 3], batch: 1 },
    { link: "pixel_shuffle(2) -> conv(6, kernel=3, pad=1)", input: [132, 2, 3], batch: 17 },
  ],
});

function enlarged([channels = 1, height = 1, width = 1]: Shape, factor: number): Shape {
  return [channels / factor ** 2, height * factor, width * factor];
}
