import { modelsOf } from "../../compiler/testing/index.ts";

const train = (loss: string): string => `train { loss = ${loss}\n optimizer = sgd(lr=0.5)\n batch = 4\n epochs = 1 }`;
const one = train("cross_entropy(y, a)");

/** Networks that are legal and unusual: sizes of 1, several inputs, outputs and losses, values used twice. */
const texts: Readonly<Record<string, string>> = {
  "one column": `model OneColumn { input x: f32[3, 9, 1]
    y = x -> conv(5, kernel=[3, 1], pad=[1, 0]) -> relu -> max_pool([2, 1]) -> conv(8, kernel=3, pad=1) -> flatten -> dense(3)
    output a: class("a", "b", "c") = y -> softmax
    ${one} }`,
  "one pixel": `model OnePixel { input x: f32[7, 1, 1]
    y = x -> conv(5, kernel=3, pad=1) -> tanh -> max_pool(1) -> conv(3, kernel=1) -> flatten
    output a: class[3] = y -> softmax
    ${one} }`,
  "a vector": `model Vector { input x: f32[13]
    y = x -> dense(9) -> relu -> dense(2)
    output a: class[2] = y -> softmax
    ${one} }`,
  "two outputs with a shared trunk, two losses with weights": `model TwoHeads { input x: f32[3, 8, 8]
    h = x -> conv(8, kernel=3, pad=1) -> relu -> max_pool(2) -> flatten
    y = h -> dense(4)
    z = h -> dense(3)
    output a: class[4] = y -> softmax
    output b: class[3] = z -> softmax
    output raw: f32[h.size] = h
    ${train("cross_entropy(y, a) + 0.3 * cross_entropy(z, b)")} }`,
  "blocks with outs, a mask and labels": `block Down(channels) {
    skip = in -> conv(channels, kernel=3, pad=1) -> relu
    out skip -> max_pool(2)
    out skip = skip
  }
  block Unit(channels) {
    side = if in.channels == channels { in } else { in -> conv(channels, kernel=1) }
    out add(in -> conv(channels, kernel=3, pad=1), side) -> relu
  }
  model Parts { input x: f32[2, 8, 8]
    d = x -> Down(4)
    e = d -> repeat c in [4, 6] { Unit(c) }
    output area: mask[8, 8] = d.skip -> Unit(4) -> conv(1, kernel=1) -> sigmoid
    output marks: labels("round", "red") = e -> global_avg_pool -> dense(2) -> sigmoid }`,
  "an output that is an input": `model Echo { input x: f32[3, 4, 5]
    output same: f32[3, 4, 5] = x
    output y: f32[3, 4, 5] = x -> relu }`,
  "bytes that are only scaled": `model Bytes { input x: u8[3, 4, 4]
    output y: f32[3, 4, 4] = x -> normalize(mean=[0, 0.5, 1], std=[1, 0.5, 0.25]) }`,
  "no train section": `model Untrained { input x: f32[3, 6, 5]
    y = x -> conv(4, kernel=3) -> softmax
    output probabilities: f32[4, 4, 3] = y }`,
  "two models in a file": `model First { input x: f32[3]
    output y: f32[4] = x -> dense(4) }
  model Second { input x: f32[3, 2, 2]
    output y: f32[9] = x -> flatten -> dense(9) -> relu }`,
  "one value as two outputs": `model Twice { input x: f32[3]
    y = x -> dense(4)
    output a: f32[4] = y
    output b: f32[4] = y }`,
  "a flattened picture as output": `model Flat { input x: f32[3, 5, 5]
    y = x -> conv(4, kernel=3) -> flatten
    output a: f32[y.size] = y }`,
  "dense on bytes": `model DenseBytes { input x: u8[3, 5, 5]
    y = x -> normalize(mean=[0.1, 0.2, 0.3], std=[1, 1, 2]) -> flatten -> dense(3)
    output a: class[3] = y -> softmax
    ${one} }`,
  "pooling of the input": `model PoolInput { input x: f32[3, 5, 5]
    y = x -> relu -> max_pool(2, stride=1) -> tanh -> avg_pool(2) -> flatten -> dense(2)
    output a: class[2] = y -> softmax
    ${one} }`,
  "two inputs": `model TwoInputs { input x: f32[3, 5, 5]
    input z: f32[6]
    y = x -> flatten -> dense(3)
    w = z -> dense(2)
    output a: class[3] = y -> softmax
    output b: class[2] = w -> softmax
    ${train("cross_entropy(y, a) + cross_entropy(w, b)")} }`,
  "two losses with one target": `model OneTarget { input x: f32[3, 5, 5]
    h = x -> flatten -> dense(5) -> relu
    y = h -> dense(3)
    w = h -> dense(3)
    output a: class[3] = y -> softmax
    ${train("cross_entropy(y, a) + 0.5 * cross_entropy(w, a)")} }`,
  "a loss times numbers": `model Scaled { input x: f32[5]
    y = x -> dense(3)
    output a: class[3] = y -> softmax
    ${train("2 * cross_entropy(y, a) / 3 - 0.25 * cross_entropy(y, a)")} }`,
  "pooling of bytes": `model PoolBytes { input x: u8[3, 11, 7]
    y = x -> normalize(mean=[0.4, 0.5, 0.6], std=[0.2, 0.3, 0.2]) -> max_pool(3, stride=2) -> conv(4, kernel=3)
          -> relu -> max_pool([3, 1]) -> flatten -> dense(3)
    output a: class[3] = y -> softmax
    ${one} }`,
  "chains behind a pooling": `model PoolChain { input x: f32[4, 12, 12]
    y = x -> conv(8, kernel=3) -> relu -> max_pool(2) -> tanh -> avg_pool(5) -> flatten -> dense(3)
    output a: class[3] = y -> softmax
    ${one} }`,
  "a class for each pixel": `model Pixels { input x: f32[4, 6, 6]
    y = x -> conv(8, kernel=3, pad=1) -> relu -> conv(3, kernel=1)
    output a: f32[3, 6, 6] = y -> log_softmax }`,
  "logits as an output": `model Logits { input x: f32[6]
    y = x -> dense(3)
    output l: f32[3] = y
    output a: class[3] = y -> softmax
    ${one} }`,
  "an output beside the way to the loss": `model Beside { input x: f32[6]
    h = x -> dense(8) -> relu
    y = h -> dense(3)
    output t: f32[8] = h -> tanh
    output a: class[3] = y -> softmax
    ${one} }`,
  "a hidden value that many read": `model Shared { input x: f32[2, 6, 6]
    h = x -> conv(4, kernel=3) -> tanh
    p = h -> max_pool(2) -> flatten -> dense(3)
    q = h -> avg_pool(2) -> flatten -> dense(3)
    r = h -> flatten -> dense(3)
    output a: class[3] = p -> softmax
    ${train("cross_entropy(p, a) + 0.5 * cross_entropy(q, a) + 0.25 * cross_entropy(r, a)")} }`,
  "dropout between flatten and dense": `model DropFlat { input x: f32[3, 6, 5]
    y = x -> conv(5, kernel=3) -> relu -> flatten -> dropout(0.5) -> tanh -> dropout(0.2) -> dense(7) -> relu -> dense(3)
    output a: class[3] = y -> softmax
    ${one} }`,
  "dropout of the input": `model DropInput { input x: f32[5, 4, 4]
    y = x -> dropout(0.2) -> conv(3, kernel=4) -> dropout(0.5) -> flatten
    output a: class[3] = y -> softmax
    ${one} }`,
  "a sequence": `model Sequence { input x: f32[5, 7]
    h = x -> tanh
    y = h -> flatten -> dense(3)
    output w: f32[5, 7] = h -> softmax
    output a: class[3] = y -> softmax
    ${one} }`,
  "single numbers": `model Single { input x: f32[1]
    output y: f32[1] = x -> dense(1) -> tanh -> dense(1) }`,
  "windows with gaps, and past the edge": `model Windows { input x: f32[3, 11, 10]
    p = x -> max_pool(2, stride=3) -> conv(4, kernel=1, stride=2) -> tanh -> flatten -> dense(3)
    q = x -> avg_pool(1, stride=2) -> conv(6, kernel=[2, 3], pad=[0, 1, 2, 0], dilation=[2, 1]) -> max_pool(2, pad=[0, 1, 0, 1]) -> flatten -> dense(3)
    output a: class[3] = p -> softmax
    ${train("cross_entropy(p, a) + cross_entropy(q, a)")} }`,
  "names that generated code uses too": `model Program { input call: f32[3, 4, 4]
    input n: f32[5]
    core = call -> relu -> conv(4, kernel=3) -> tanh -> flatten -> dense(3)
    at = n -> dense(4) -> relu -> dense(2)
    memory = at -> tanh -> dense(3)
    output slice: class("*/", "\\"q\\"", "??/") = core -> softmax
    output step: class[2] = at -> softmax
    output run: f32[3] = core -> relu
    ${train("cross_entropy(core, slice) + cross_entropy(at, step) + cross_entropy(memory, slice)")} }`,
  "a value that is pooled, and read by a padded convolution": `model BesidePool { input x: f32[3, 9, 9]
    h = x -> tanh -> conv(8, kernel=3, pad=1) -> tanh -> conv(8, kernel=3, pad=1) -> relu
    y = h -> max_pool(3) -> flatten -> dense(3)
    z = h -> conv(4, kernel=3, pad=1) -> flatten -> dense(3)
    output a: class[3] = y -> softmax
    output b: class[3] = z -> softmax
    ${train("cross_entropy(y, a) + cross_entropy(z, b)")} }`,
  "a picture of one long row": `model LongRow { input x: f32[3, 1, 4000]
    y = x -> conv(4, kernel=[1, 9]) -> relu -> max_pool([1, 99]) -> flatten -> dense(3)
    output a: class[3] = y -> softmax
    ${one} }`,
  "inception: four branches side by side": `block Inception(a, b, c) {
    out concat(in -> conv(a, kernel=1) -> tanh, in -> conv(b, kernel=1) -> tanh -> conv(b, kernel=3, pad=1) -> tanh,
               in -> conv(c, kernel=5, pad=2), in -> max_pool(3, stride=1, pad=1) -> conv(a, kernel=1))
  }
  model Inception3 { input x: f32[3, 4, 5]
    y = x -> Inception(5, 20, 3) -> tanh -> Inception(4, 7, 9) -> max_pool([2, 5]) -> flatten -> dense(3)
    output a: class[3] = y -> softmax
    ${one} }`,
  "dense blocks: every layer sees all before it": `block Grow(by) {
    out concat(in, in -> tanh -> conv(by, kernel=3, pad=1))
  }
  model Densely { input x: f32[3, 6, 7]
    y = x -> conv(5, kernel=3, pad=1) -> repeat 4 { Grow(6) } -> conv(8, kernel=1) -> avg_pool(2, pad=[0, 0, 0, 1])
          -> repeat 2 { Grow(5) } -> tanh -> global_avg_pool -> dense(3)
    output a: class[3] = y -> softmax
    ${one} }`,
  "down and up again, with skips": `block Up(skip, channels) {
    out concat(in -> adaptive_avg_pool([skip.height, skip.width]), skip) -> conv(channels, kernel=3, pad=1) -> tanh
  }
  model Hourglass { input x: f32[2, 9, 10]
    e1 = x -> conv(5, kernel=3, pad=1) -> tanh
    e2 = e1 -> max_pool(2, pad=[0, 1, 0, 0]) -> conv(9, kernel=3, pad=1) -> tanh
    d1 = e2 -> max_pool(2, pad=[0, 1, 0, 1]) -> conv(17, kernel=3, pad=1) -> tanh -> Up(e2, 8) -> Up(e1, 5)
    output area: mask[9, 10] = d1 -> concat(x) -> conv(1, kernel=1) -> sigmoid }`,
  "convolutions that are computed in tiles, forwards and backwards": `model Tiles { input x: f32[16, 9, 11]
    y = x -> conv(24, kernel=3, pad=[1, 0, 1, 2]) -> tanh -> conv(20, kernel=5, pad=2) -> tanh -> conv(9, kernel=3) -> tanh
          -> conv(33, kernel=[1, 3], pad=[0, 1, 0, 1]) -> tanh -> conv(16, kernel=3, pad=2) -> tanh -> global_avg_pool -> dense(3)
    output a: class[3] = y -> softmax
    ${one} }`,
  "sums over what went around, with the halo of either": `block Around(channels) {
    out add(in, in -> conv(channels, kernel=3, pad=1) -> tanh -> conv(channels, kernel=1)) -> tanh
  }
  model Around4 { input x: f32[3, 10, 9]
    h = x -> conv(20, kernel=3, pad=1) -> tanh -> repeat 3 { Around(20) }
    g = h -> conv(20, kernel=5, pad=2) -> tanh
    y = add(add(g, h -> conv(20, kernel=1)), g -> conv(20, kernel=3, pad=1)) -> relu -> global_avg_pool -> dense(3)
    output a: class[3] = y -> softmax
    ${one} }`,
  "pixels that are a page of memory apart": `model Pages { input x: f32[2, 2, 4]
    y = x -> conv(1024, kernel=1) -> tanh -> conv(3, kernel=1) -> tanh -> conv(1024, kernel=1) -> max_pool(2) -> flatten -> dense(2)
    output a: class[2] = y -> softmax
    ${one} }`,
  "vectors of several filters side by side": `model Filters { input x: f32[6, 1, 12]
    y = concat(x -> conv(5, kernel=[1, 2]) -> relu -> global_max_pool, x -> conv(5, kernel=[1, 3]) -> relu -> global_max_pool,
               x -> conv(7, kernel=[1, 4]) -> relu -> global_max_pool) -> dense(3)
    output a: class[3] = y -> softmax
    ${one} }`,
  "joined values of every rank, and values used twice": `model Joined { input x: f32[5, 7]
    input z: f32[1]
    s = x -> tanh -> concat(x, x)
    v = concat(z -> dense(1), z, z -> tanh)
    w = v -> concat(s -> flatten, v) -> tanh -> dense(20)
    y = w -> concat(w) -> dense(3)
    output sequence: f32[15, 7] = s -> softmax
    output a: class[3] = y -> softmax
    ${one} }`,
  "joined values that are an output too": `model JoinedOutputs { input x: u8[3, 6, 5]
    n = x -> normalize(mean=[0.5, 0.4, 0.3], std=[0.2, 0.3, 0.25])
    c = n -> conv(6, kernel=3, pad=1)
    j = c -> concat(n)
    y = j -> tanh -> flatten -> dense(3)
    output all: f32[9, 6, 5] = j
    output a: class[3] = y -> softmax
    ${one} }`,
  "pools to a size, smaller and larger": `model Sized { input x: f32[3, 7, 10]
    h = x -> conv(6, kernel=3, pad=1) -> tanh
    p = h -> adaptive_avg_pool([3, 4]) -> tanh -> conv(5, kernel=3, pad=1) -> flatten -> dense(3)
    q = h -> adaptive_avg_pool([7, 5]) -> adaptive_avg_pool(9) -> adaptive_avg_pool(1) -> flatten -> dense(3)
    output a: class[3] = p -> softmax
    ${train("cross_entropy(p, a) + 0.5 * cross_entropy(q, a)")} }`,
  "down and up again": `block Up(skip, channels) {
    out concat(in -> conv_transpose(channels, kernel=2, stride=2, bias=false) -> batch_norm -> relu, skip) -> conv(channels, kernel=3, pad=1) -> tanh
  }
  model Hourglass { input x: f32[3, 4, 8]
    shared wider = conv_transpose(6, kernel=3, stride=2, pad=1, output_pad=1)
    e1 = x -> conv(9, kernel=3, pad=1) -> tanh
    e2 = e1 -> depthwise_conv(3, stride=2, pad=1, multiplier=2) -> conv(6, kernel=1) -> tanh
    mid = e2 -> max_pool(2) -> wider -> tanh
    y = add(mid -> Up(e1, 5) -> max_pool(2) -> conv(6, kernel=1), e2 -> max_pool(2) -> wider) -> max_pool(2) -> wider
          -> conv_transpose(2, kernel=[1, 2], groups=2) -> flatten -> dense(3)
    output a: class[3] = y -> softmax
    ${one} }`,
  "a sequence that becomes longer": `model Longer { input x: f32[4, 11]
    y = x -> conv_transpose(5, kernel=4, stride=3, pad=[1, 0]) -> tanh -> conv_transpose(33, kernel=3, dilation=2)
    output all: f32[33, 37] = y -> softmax }`,
  "gates, slopes and quotients": `block Gated(channels) {
    x = in -> conv(channels, kernel=3, pad=1, groups=channels) -> hard_swish
    out x -> mul(x -> global_avg_pool -> dense(3) -> prelu -> dense(channels) -> hard_sigmoid) -> add(in)
  }
  model Gates { input x: f32[6, 9, 8]
    h = x -> repeat 2 { Gated(6) } -> prelu
    y = h -> div(h -> global_max_pool -> sigmoid) -> sub(x -> gelu) -> clip(-2, 2) -> max_pool(2) -> flatten -> dense(3)
    output a: class[3] = y -> softmax
    ${one} }`,
  "values cut, moved, resized and joined again": `block Shuffled(channels) {
    halves = in -> split(2)
    out concat(halves.part0, halves.part1 -> conv(channels / 2, kernel=3, pad=1, groups=3) -> tanh) -> channel_shuffle(2)
  }
  model Moved { input x: f32[3, 9, 10]
    e = x -> pad([1, 2, 0, 1], mode=reflect) -> conv(12, kernel=3, pad=1) -> Shuffled(12) -> Shuffled(12)
    d = e -> slice(height, 1, end, 2) -> max_pool([1, 2], pad=[0, 0, 0, 1]) -> conv(20, kernel=3, pad=1) -> tanh
    u = d -> upsample(2, mode=bilinear) -> concat(e -> resize([12, 12]), d -> pixel_shuffle(2) -> permute([0, 2, 1]))
    y = u -> conv(4, kernel=3, pad=1) -> tanh -> reshape([24, 24]) -> slice(length, -9) -> permute([1, 0]) -> flatten -> dense(3)
    output edge: f32[12, 3, 6] = d -> slice(channels, 8) -> slice(height, 0, 3) -> slice(width, 0, end) -> pad(0)
    output a: class[3] = y -> softmax
    ${one} }`,
  "bands, blocks and rests": `model Large { input x: f32[16, 41, 37]
    y = x -> conv(70, kernel=3, pad=1) -> tanh -> conv(33, kernel=3, stride=2, pad=1) -> tanh -> max_pool(3, stride=2)
          -> flatten -> dense(1500) -> tanh -> dense(3)
    output a: class[3] = y -> softmax
    ${one} }`,
};

export const oddNetworks = Object.entries(texts).map(([title, text]) => ({
  title,
  models: modelsOf(`cnn 1\n${text}\n`, `${title}.cnn`),
}));

/** The chain of VGG-16 (Simonyan & Zisserman 2015) for pictures of any size. */
export function vgg(size: number, classes: number, hidden: number): string {
  const blocks = [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ];
  const chain = blocks.map((block) => {
    const convs = block.map((channels) => `-> conv(${channels}, kernel=3, pad=1) -> relu`);
    return `    ${convs.join(" ")} -> max_pool(2)`;
  });
  return `cnn 1
model VGG {
  input image: u8[3, ${size}, ${size}]
  y = image -> normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
${chain.join("\n")}
    -> flatten -> dense(${hidden}) -> relu -> dropout -> dense(${hidden}) -> relu -> dropout -> dense(${classes})
  output a: class[${classes}] = y -> softmax
  ${one}
}
`;
}
