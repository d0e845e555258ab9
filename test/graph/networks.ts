import { modelsOf } from "../../compiler/testing/index.ts";
import { drawUp } from "../../compiler/graph/draw-up.ts";
import type { Card, Item, Picture } from "../../compiler/graph/picture.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { readText } from "../support/paths.ts";

export const lenet = modelsOf(readText("examples/lenet/lenet.cnn"))[0]!;

const residual = readText("examples/fashion-resnet/blocks.cnn");
export const fashionResNet = modelsOf(
  `${residual}${readText("examples/fashion-resnet/fashion-resnet.cnn").replace(/^cnn 1\s+import.*$/m, "")}`,
)[0]!;

/** Blocks of which some are alike, a block within a block, rounds of a single card, and two outs of one value. */
export const resnet = modelsOf(`${residual}
block Stage(channels, count) { out in -> Residual(channels, stride=2) -> repeat count { Residual(channels) } }
model Stages {
  input image: u8[3, 32, 32]
  early = image -> normalize(mean=[0.5, 0.5, 0.5], std=[0.2, 0.2, 0.2]) -> repeat c in [8, 16] { conv(c, kernel=3, pad=1) -> relu }
  features = early -> Stage(16, 2) -> Stage(32, 1) -> Residual(32) -> global_avg_pool
  logits = features -> dense(10)
  output embedding: f32[32] = features
  output label: class[10] = logits -> softmax
}`)[0]!;

/** Values that skip over blocks. */
export const unet = modelsOf(`cnn 1
block Double(ch) { out in -> repeat 2 { conv(ch, kernel=3, pad=1, bias=false) -> batch_norm -> relu } }
model UNet(size=16) {
  input image: f32[3, size, size]
  e1 = image -> Double(8)
  e2 = e1 -> max_pool(2) -> Double(16)
  mid = e2 -> max_pool(2) -> Double(32)
  d2 = concat(mid -> conv_transpose(16, kernel=2, stride=2), e2) -> Double(16)
  d1 = concat(d2 -> conv_transpose(8, kernel=2, stride=2), e1) -> Double(8)
  output mask: mask[size, size] = d1 -> conv(1, kernel=1) -> sigmoid
}`)[0]!;

export const models: readonly CheckedModel[] = [lenet, resnet, unet];
export const pictures: readonly Picture[] = models.map(drawUp);

export function cardsOf(items: readonly Item[]): readonly Card[] {
  return items.flatMap((item) => (item.kind === "card" ? [item] : cardsOf(item.items)));
}
