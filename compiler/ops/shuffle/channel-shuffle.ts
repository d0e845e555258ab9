import { reordering } from "../../ir/factors.ts";
import { whole } from "../../opkit/attributes.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { pickTensor } from "../../opkit/tensor.ts";
import { checkRank } from "../../opkit/windows.ts";
import { extentOf } from "../../shape/tensor-type.ts";

export const channelShuffle = defineOperator({
  name: "channel_shuffle",
  category: "shape",
  summary: "Channels dealt out anew, so that groups of channels meet.",
  doc:
    "The channels are taken as `groups` rows of C/groups, and read by columns: channel k·groups + g of the result is " +
    "channel g·(C/groups) + k of the operand. Between convolutions with groups it lets each group see all others (Zhang " +
    "et al. 2018, ShuffleNet, arXiv:1707.01083).",
  operands: ["x"],
  attributes: { groups: whole({ doc: "How many groups; they divide the channels.", min: 1 }) },
  shape: ({ operands: [x], attributes: { groups }, fail, warn }) => {
    checkRank("channel_shuffle", x!, [1, 2, 3], "numbers", { fail, warn });
    const [channels = 1] = x!.shape;
    if (channels % groups !== 0) {
      const holes = { groups: String(groups), channels: String(channels), what: "input" };
      fail("CNN303", { operator: "channel_shuffle", ...holes }, "groups");
    }
    return x!;
  },
  lower: ({ b, operands: [x], attributes: { groups } }) => {
    const { channels, height, width } = extentOf(b.typeOf(x!).shape);
    const moved = reordering([[groups, channels / groups], [height], [width]], [[1, 0], [2], [3]]);
    return b.node({ family: "permute", ...moved }, [x!]);
  },
  onnx: ({ b, operands: [x], type: { shape }, attributes: { groups } }) => {
    const [channels = 1, ...positions] = shape;
    const dealt = b.node("Reshape", [x!, b.whole([0, groups, channels / groups, ...positions])]);
    const turned = b.node("Transpose", [dealt], { perm: [0, 2, 1, ...positions.map((_, i) => i + 3)] });
    return b.node("Reshape", [turned, b.whole([0, ...shape])]);
  },
  reference: ({ operands: [x], attributes: { groups } }) => {
    const [, channels = 1, ...positions] = x!.shape;
    const source = (c: number): number => (c % groups) * (channels / groups) + Math.floor(c / groups);
    return pickTensor(x!, [channels, ...positions], ([c, ...rest]) => [source(c!), ...rest]);
  },
  samples: [
    { link: "channel_shuffle(3)", input: [6, 3, 5], batch: 3 },
    { link: "conv(40, kernel=1, groups=4) -> channel_shuffle(4) -> tanh", input: [20, 4, 3], batch: 1 },
    { link: "channel_shuffle(11)", input: [33], batch: 17 },
    { link: "channel_shuffle(2) -> channel_shuffle(5) -> tanh", input: [10, 3, 4], batch: 2 },
  ],
});
