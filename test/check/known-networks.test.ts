import { describe, expect, test } from "vitest";
import { costsOf, totalOf } from "../../compiler/check/cost.ts";
import { modelOf } from "./support.ts";

describe("ResNet-18", () => {
  const text = `cnn 1
block Residual(channels, stride=1) {
  main = in
    -> conv(channels, kernel=3, stride=stride, pad=1, bias=false) -> batch_norm -> relu
    -> conv(channels, kernel=3, pad=1, bias=false) -> batch_norm
  side = if in.channels == channels and stride == 1 { in }
         else { in -> conv(channels, kernel=1, stride=stride, bias=false) -> batch_norm }
  out add(main, side) -> relu
}
model ResNet18(classes=1000, width=64) {
  input image: u8[3, 224, 224]
  features = image
    -> normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
    -> conv(width, kernel=7, stride=2, pad=3, bias=false) -> batch_norm -> relu
    -> max_pool(3, stride=2, pad=1)
    -> repeat 2 { Residual(width) }
    -> Residual(width*2, stride=2) -> Residual(width*2)
    -> Residual(width*4, stride=2) -> Residual(width*4)
    -> Residual(width*8, stride=2) -> Residual(width*8)
    -> global_avg_pool
  logits = features -> dense(classes)
  output embedding: f32[width*8] = features
  output label: class[classes] = logits -> softmax
}`;

  test("has the layers and parameters of the paper", () => {
    const model = modelOf(text);
    const shapes = Object.fromEntries(model.layers.map(({ name, type }) => [name, type.shape.join("×")]));
    expect(shapes).toMatchObject({
      "features.conv1": "64×112×112",
      "features.max_pool1": "64×56×56",
      "features.Residual1.0.main.conv1": "64×56×56",
      "features.Residual1.1.relu1": "64×56×56",
      "features.Residual2.side.conv1": "128×28×28",
      "features.Residual7.add1": "512×7×7",
      "features.global_avg_pool1": "512",
      "logits.dense1": "1000",
    });
    expect(model.layers.filter(({ operator }) => operator.name === "conv")).toHaveLength(20);
    expect(totalOf(costsOf(model)).params).toBe(11_689_512);
  });

  test("takes its parameters from outside", () => {
    const small = modelOf(text, { set: { width: 8, classes: 10 } });
    expect(small.outputs.map(({ shape }) => shape)).toEqual([[64], [10]]);
  });
});

describe("U-Net", () => {
  // Ronneberger et al. 2015 with batch norm and padding, as the implementations in use have it.
  const text = `cnn 1
block Double(ch) { out in -> repeat 2 { conv(ch, kernel=3, pad=1, bias=false) -> batch_norm -> relu } }
block Level(ch) {
  full = in -> Double(ch)
  out full -> max_pool(2)
  out skip = full
}
block Up(skip, ch) { out concat(skip, in -> conv_transpose(ch, kernel=2, stride=2)) -> Double(ch) }
model UNet(base=64, size=96) {
  input image: u8[3, size, size]
  e1 = image -> normalize(mean=[0.5, 0.5, 0.5], std=[0.25, 0.25, 0.25]) -> Level(base)
  e2 = e1 -> Level(base*2)
  e3 = e2 -> Level(base*4)
  e4 = e3 -> Level(base*8)
  d4 = e4 -> Double(base*16) -> Up(e4.skip, base*8)
  d1 = d4 -> Up(e3.skip, base*4) -> Up(e2.skip, base*2) -> Up(e1.skip, base)
  output mask: mask[size, size] = d1 -> conv(1, kernel=1) -> sigmoid
}`;

  test("has the shapes of its levels", () => {
    const model = modelOf(text);
    const shapes = Object.fromEntries(model.layers.map(({ name, type }) => [name, type.shape.join("×")]));
    expect(shapes).toMatchObject({
      "e1.Level1.full.Double1.conv1.0": "64×96×96",
      "e4.Level1.full.Double1.conv1.1": "512×12×12",
      "d4.Double1.conv1.0": "1024×6×6",
      "d4.Up1.conv_transpose1": "512×12×12",
      "d4.Up1.concat1": "1024×12×12",
      "d1.Up3.Double1.relu1.1": "64×96×96",
    });
    expect(model.outputs).toMatchObject([{ name: "mask", kind: "mask", shape: [1, 96, 96] }]);
  });

  test("has as many parameters as in PyTorch", () => {
    const model = modelOf(text);
    expect(totalOf(costsOf(model)).params).toBe(31_037_633);
    const weights = model.layers.flatMap(({ parameters }) => parameters);
    const up = weights.find(({ name }) => name === "d4.Up1.conv_transpose1.weight");
    expect(up?.spec.shape).toEqual([1024, 512, 2, 2]);
  });

  test("of another size is refused where it does not fit", () => {
    expect(() => modelOf(text, { set: { size: 126 } })).toThrow("CNN341");
  });
});

describe("networks for words that are numbers", () => {
  test("may choose their depth by a list of sizes", () => {
    const model = modelOf(`model Digits(sizes=[16, 32]) {
      input wave: f32[1, 64, 101]
      logits = wave
        -> repeat c in sizes { conv(c, kernel=3, pad=1) -> relu -> max_pool(2) }
        -> global_avg_pool -> dropout(0.2) -> dense(10)
      output digit: class(0..9) = logits -> softmax
    }`);
    expect(model.outputs[0]?.labels).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  });
});

describe("a separable convolution", () => {
  test("has the parameters of MobileNet's first block", () => {
    const model = modelOf(`block Separable(ch) {
      out in -> depthwise_conv(3, pad=1, bias=false) -> batch_norm -> relu -> conv(ch, kernel=1, bias=false) -> batch_norm -> relu
    }
    model MobileNetStart {
      input x: f32[32, 112, 112]
      output y: f32[64, 112, 112] = x -> Separable(64)
    }`);
    const costs = totalOf(costsOf(model));
    expect(costs.params).toBe(32 * 9 + 2 * 32 + 32 * 64 + 2 * 64);
    expect(costs.macs).toBe((32 * 9 + 32 * 64) * 112 * 112);
    expect(model.layers[0]!.parameters[0]!.spec.shape).toEqual([32, 1, 3, 3]);
  });
});

describe("an inception module", () => {
  test("has the channels and parameters of GoogLeNet's 3a", () => {
    const model = modelOf(`block Inception(direct, narrow3, wide3, narrow5, wide5, pooled) {
      out concat(
        in -> conv(direct, kernel=1) -> relu,
        in -> conv(narrow3, kernel=1) -> relu -> conv(wide3, kernel=3, pad=1) -> relu,
        in -> conv(narrow5, kernel=1) -> relu -> conv(wide5, kernel=5, pad=2) -> relu,
        in -> max_pool(3, stride=1, pad=1) -> conv(pooled, kernel=1) -> relu
      )
    }
    model GoogLeNet3a {
      input x: f32[192, 28, 28]
      output y: f32[256, 28, 28] = x -> Inception(64, 96, 128, 16, 32, 32)
    }`);
    expect(totalOf(costsOf(model)).params).toBe(163_696);
  });
});

describe("DenseNet-121", () => {
  test("has the parameters of the paper", () => {
    const model = modelOf(`cnn 1
block Layer(growth) {
  new = in -> batch_norm -> relu -> conv(4 * growth, kernel=1, bias=false)
    -> batch_norm -> relu -> conv(growth, kernel=3, pad=1, bias=false)
  out in -> concat(new)
}
block Transition { out in -> batch_norm -> relu -> conv(in.channels / 2, kernel=1, bias=false) -> avg_pool(2) }
model DenseNet121(growth=32) {
  input image: u8[3, 224, 224]
  features = image
    -> normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
    -> conv(2 * growth, kernel=7, stride=2, pad=3, bias=false) -> batch_norm -> relu -> max_pool(3, stride=2, pad=1)
    -> repeat 6 { Layer(growth) } -> Transition
    -> repeat 12 { Layer(growth) } -> Transition
    -> repeat 24 { Layer(growth) } -> Transition
    -> repeat 16 { Layer(growth) } -> batch_norm -> relu
  output label: class[1000] = features -> global_avg_pool -> dense(1000) -> softmax
}`);
    const joined = model.layers.filter(({ operator }) => operator.name === "concat");
    expect(joined).toHaveLength(58);
    expect(joined.at(-1)!.type.shape).toEqual([1024, 7, 7]);
    expect(totalOf(costsOf(model)).params).toBe(7_978_856);
  });
});

describe("AlexNet", () => {
  test.each([224, 227, 320])("has the same parameters for pictures of %i pixels", (size) => {
    const model = modelOf(`model AlexNet {
      input image: f32[3, ${size}, ${size}]
      features = image
        -> conv(64, kernel=11, stride=4, pad=2) -> relu -> max_pool(3, stride=2)
        -> conv(192, kernel=5, pad=2) -> relu -> max_pool(3, stride=2)
        -> conv(384, kernel=3, pad=1) -> relu -> conv(256, kernel=3, pad=1) -> relu -> conv(256, kernel=3, pad=1) -> relu
        -> max_pool(3, stride=2) -> adaptive_avg_pool(6) -> flatten
      logits = features -> dense(4096) -> relu -> dense(4096) -> relu -> dense(1000)
      output label: class[1000] = logits -> softmax
    }`);
    expect(totalOf(costsOf(model)).params).toBe(61_100_840);
  });
});
