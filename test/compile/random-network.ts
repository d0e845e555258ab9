import type { CheckedModel } from "../../compiler/check/program.ts";
import { modelOf } from "../../compiler/testing/index.ts";
import { RandomStream } from "../../runtime/random/philox.ts";

/** A legal network of a few layers and branches, the same for a seed; any value may be read again or be an output. */
export function randomNetwork(seed: number, { dropout = true } = {}): CheckedModel {
  const random = new RandomStream(seed, 5);
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!;
  const [height, width] = [5 + random.below(9), 4 + random.below(12)];
  const channels = pick([1, 3, 8]);
  const bytes = random.below(3) === 0;
  const lines = [`input x: ${bytes ? "u8" : "f32"}[${channels}, ${height}, ${width}]`];
  const all = (value: number): string => Array.from({ length: channels }, () => value).join(", ");
  lines.push(`v = x -> ${bytes ? `normalize(mean=[${all(0.4)}], std=[${all(0.3)}])` : "tanh"}`);
  const images = ["v"];
  // All keep the picture's size, so that any may follow any.
  const links: readonly (() => string)[] = [
    () =>
      `conv(${pick([2, 5, 8, 17, 24])}, kernel=${pick(["1", "3", "[1, 3]", "2"])}, pad=same, bias=${pick(["true", "false"])})`,
    () => `conv(${pick([4, 16])}, kernel=3, dilation=2, pad=same)`,
    () => "relu",
    () => "tanh",
    () => (dropout ? "dropout(0.3)" : "tanh"),
    () => "max_pool(3, stride=1, pad=1)",
    () => `avg_pool(3, stride=1, pad=1, count_pad=${pick(["true", "false"])})`,
    () => "softmax",
  ];
  for (let i = 0; i < 2 + random.below(5); i++) {
    const chain = Array.from({ length: 1 + random.below(4) }, () => pick(links)());
    lines.push(`v${i} = ${pick(images)} -> ${chain.join(" -> ")}`);
    images.push(`v${i}`);
  }
  const ends = ["", "max_pool(2) -> ", "avg_pool(3, stride=2, pad=1) -> ", "conv(6, kernel=3, stride=2) -> "];
  const heads = Array.from({ length: 1 + random.below(2) }, (_, i) => {
    const hidden = pick(["", "dense(4) -> tanh -> ", `${dropout ? "dropout(0.2) -> " : ""}dense(19) -> relu -> `]);
    lines.push(`y${i} = ${i === 0 ? images.at(-1)! : pick(images)} -> ${pick(ends)}flatten -> ${hidden}dense(3)`);
    lines.push(`output a${i}: class[3] = y${i} -> softmax`);
    return `${pick(["", "0.5 * "])}cross_entropy(y${i}, a${i})`;
  });
  lines.push(`train { loss = ${heads.join(" + ")}  optimizer = sgd(lr=0.1)  batch = 4  epochs = 1 }`);
  return modelOf(`Random${seed}`, lines.join("\n"));
}
