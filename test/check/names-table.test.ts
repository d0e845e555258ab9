import { describe, expect, test } from "vitest";
import { parametersOf } from "../../compiler/check/cost.ts";
import { modelOf } from "./support.ts";

const blocks = `
block Residual(channels, stride=1) {
  main = in -> conv(channels, kernel=3, stride=stride, pad=1, bias=false) -> relu
    -> conv(channels, kernel=3, pad=1, bias=false)
  side = if in.channels == channels and stride == 1 { in } else { in -> conv(channels, kernel=1, stride=stride) }
  out main -> conv(side.channels, kernel=1, bias=false) -> relu
}
block Double(channels) { out in -> repeat 2 { conv(channels, kernel=3, pad=1, bias=false) -> relu } }
block Two(channels) {
  out left = in -> conv(channels, kernel=1, bias=false)
  out right = in -> conv(channels, kernel=3, bias=false)
}
block Stem(channels) {
  out in -> conv(channels, kernel=3, bias=false)
  out skip = in -> conv(channels, kernel=1, bias=false)
}
block Outer(channels) {
  shared twin = conv(channels, kernel=1, bias=false)
  out in -> twin -> relu -> twin
}
block Nest(channels) { x = in -> Double(channels)   out x -> Residual(channels) }
block Call(value) { out in -> conv(value.channels, kernel=1, bias=false) }
block Preset(value=in -> conv(3, kernel=1, bias=false)) { out in -> conv(value.channels, kernel=1, bias=false) }
`;

/** Names of weights, without those of biases. */
function weightsOf(body: string, head = "model M"): string[] {
  const text = `${blocks}\n${head} {\n  input image: f32[3, 16, 16]\n  ${body}\n  output y: f32[x.size] = x -> flatten\n}`;
  return parametersOf(modelOf(text)).flatMap(({ name }) => (name.endsWith(".weight") ? [name.slice(0, -7)] : []));
}

describe("names of weights", () => {
  test.each<readonly [string, readonly string[]]>([
    ["x = image -> conv(4, kernel=3)", ["x.conv1"]],
    ["x = image -> conv(4, kernel=3) -> relu -> conv(4, kernel=3)", ["x.conv1", "x.conv2"]],
    ["x = image -> conv(4, kernel=3) as stem -> conv(4, kernel=3)", ["x.stem", "x.conv2"]],
    ["x = conv(conv(image, 4, kernel=3), 5, kernel=3)", ["x.conv2", "x.conv1"]],
    ["x = conv(image -> conv(4, kernel=3) as inner, 5, kernel=3) as outer", ["x.inner", "x.outer"]],
    ["a = image -> conv(4, kernel=3)   x = a -> conv(4, kernel=3)", ["a.conv1", "x.conv1"]],
    ["x = image -> flatten -> dense(4) -> dense(3)", ["x.dense1", "x.dense2"]],
    ["x = image -> conv(4, kernel=3) -> flatten -> dense(4)", ["x.conv1", "x.dense1"]],
    ["x = image -> repeat 2 { conv(4, kernel=3) }", ["x.conv1.0", "x.conv1.1"]],
    [
      "x = image -> repeat c in [4, 5] { conv(c, kernel=3) -> relu -> conv(c, kernel=1) as fine }",
      ["x.conv1.0", "x.fine.0", "x.conv1.1", "x.fine.1"],
    ],
    [
      "x = image -> repeat 2 { repeat 2 { conv(4, kernel=3) } -> conv(4, kernel=1) }",
      ["x.conv1.0.0", "x.conv1.0.1", "x.conv2.0", "x.conv1.1.0", "x.conv1.1.1", "x.conv2.1"],
    ],
    ["x = image -> conv(4, kernel=1) -> repeat 1 { conv(4, kernel=3) }", ["x.conv1", "x.conv2.0"]],
    ["x = image -> repeat 0 { conv(9, kernel=3) } -> conv(4, kernel=3)", ["x.conv2"]],
    ["x = image -> if true { conv(4, kernel=3) } else { conv(4, kernel=1) }", ["x.conv1"]],
    ["x = image -> if false { conv(4, kernel=3) } else { conv(4, kernel=1) }", ["x.conv2"]],
    [
      "x = image -> if false { conv(4, kernel=3) } else if true { conv(5, kernel=1) } -> conv(6, kernel=1)",
      ["x.conv2", "x.conv3"],
    ],
    ["x = if image.channels > 3 { image -> conv(4, kernel=3) } else { image -> conv(4, kernel=1) }", ["x.conv2"]],
    ["x = image -> Residual(3)", ["x.Residual1.main.conv1", "x.Residual1.main.conv2", "x.Residual1.conv1"]],
    ["x = image -> Residual(4) as first", ["x.first.main.conv1", "x.first.main.conv2", "x.first.conv1"]],
    [
      "features = image -> repeat 2 { Residual(3) }   x = features -> relu",
      [
        ...["features.Residual1.0.main.conv1", "features.Residual1.0.main.conv2", "features.Residual1.0.conv1"],
        ...["features.Residual1.1.main.conv1", "features.Residual1.1.main.conv2", "features.Residual1.1.conv1"],
      ],
    ],
    [
      "x = image -> Double(4) -> Double(5)",
      ["x.Double1.conv1.0", "x.Double1.conv1.1", "x.Double2.conv1.0", "x.Double2.conv1.1"],
    ],
    ["x = Double(image, 4)", ["x.Double1.conv1.0", "x.Double1.conv1.1"]],
    [
      "x = image -> Nest(3)",
      [
        ...["x.Nest1.x.Double1.conv1.0", "x.Nest1.x.Double1.conv1.1"],
        ...["x.Nest1.Residual1.main.conv1", "x.Nest1.Residual1.main.conv2", "x.Nest1.Residual1.conv1"],
      ],
    ],
    ["e = image -> Two(4)   x = e.left", ["e.Two1.left.conv1"]],
    ["x = (image -> Two(4)).right -> conv(2, kernel=1)", ["x.Two1.right.conv1", "x.conv1"]],
    ["x = Two(image, 4).right -> conv(2, kernel=1)", ["x.Two1.right.conv1", "x.conv1"]],
    ["e = image -> Stem(4)   x = e.skip", ["e.Stem1.skip.conv1"]],
    ["e = image -> Stem(4)   x = e", ["e.Stem1.conv1"]],
    ["x = image -> Call(image -> conv(4, kernel=3))", ["x.Call1.conv1"]],
    ["x = image -> Preset", ["x.Preset1.conv1"]],
    ["shared tower = Double(3)   a = image -> tower   x = a -> tower", ["tower.conv1.0", "tower.conv1.1"]],
    ["shared fc = conv(3, kernel=1)   x = image -> repeat 3 { fc -> relu }", ["fc"]],
    ["x = image -> Outer(3) -> repeat 2 { Outer(3) }", ["x.Outer1.twin", "x.Outer2.0.twin", "x.Outer2.1.twin"]],
    ["shared net = Outer(3)   x = image -> net -> net", ["net.twin"]],
    ["shared tower = Residual(3)   x = tower(image)", ["tower.main.conv1", "tower.main.conv2", "tower.conv1"]],
  ])("%s", (body, names) => {
    expect(weightsOf(body)).toEqual(names);
  });

  test("of shared layers are those of the declaration, of the layers those of the use", () => {
    const model = modelOf(`${blocks}\nmodel M {
      input a: f32[3, 8, 8]
      input b: f32[3, 8, 8]
      shared tower = Double(3)
      left = a -> tower as left
      output y: f32[3, 8, 8] = left -> tower
      output z: f32[3, 8, 8] = b -> tower -> tower
    }`);
    const layers = model.layers.flatMap(({ name, parameters }) => parameters.map((it) => `${name}: ${it.name}`));
    expect(layers).toEqual([
      "left.left.conv1.0: tower.conv1.0.weight",
      "left.left.conv1.1: tower.conv1.1.weight",
      "y.tower1.conv1.0: tower.conv1.0.weight",
      "y.tower1.conv1.1: tower.conv1.1.weight",
      "z.tower1.conv1.0: tower.conv1.0.weight",
      "z.tower1.conv1.1: tower.conv1.1.weight",
      "z.tower2.conv1.0: tower.conv1.0.weight",
      "z.tower2.conv1.1: tower.conv1.1.weight",
    ]);
    expect(parametersOf(model).map(({ name }) => name)).toEqual(["tower.conv1.0.weight", "tower.conv1.1.weight"]);
  });
});

describe("an edit elsewhere renames nothing", () => {
  const before = "a = image -> Residual(4) -> conv(5, kernel=1)   x = a -> repeat 2 { Double(5) -> conv(6, kernel=1) }";
  const names = weightsOf(before);

  test.each([
    [
      "a statement before",
      `b = image -> conv(3, kernel=1) -> Residual(3)   ${before.replaceAll("image ->", "b ->").replace("b -> conv(3", "image -> conv(3")}`,
    ],
    ["a statement between", before.replace("x = a", "b = a -> conv(5, kernel=1)   x = b")],
    ["a statement behind", `${before}   z = x -> conv(3, kernel=1) -> flatten   output w: f32[z.size] = z`],
    ["a layer of another word", before.replace("Residual(4) ->", "Residual(4) -> relu ->")],
    ["a name for a neighbour", before.replace("conv(5, kernel=1)", "conv(5, kernel=1) as last")],
    ["more rounds", before.replace("repeat 2", "repeat 3")],
    [
      "a branch that is not taken",
      before.replace("conv(5, kernel=1)", "conv(5, kernel=1) -> if false { conv(7, kernel=1) }"),
    ],
    ["other sizes", before.replace("conv(5", "conv(9")],
    ["another parameter of the model", before],
  ])("%s", (what, after) => {
    const kept = weightsOf(after, what.endsWith("model") ? "model M(extra=3)" : undefined);
    const renamed = what.includes("neighbour") ? ["a.conv1"] : [];
    expect(kept).toEqual(expect.arrayContaining(names.filter((name) => !renamed.includes(name))));
  });

  test("in a block's body renames nothing outside the edited statement", () => {
    const text = (body: string): string[] => {
      const model = modelOf(`block B(channels) { ${body} }
        model M { input image: f32[3, 8, 8]   x = image -> B(4) -> conv(3, kernel=1)   output y: f32[3, 8, 8] = x }`);
      return parametersOf(model).map(({ name }) => name);
    };
    const before = text("a = in -> conv(channels, kernel=1)   out a -> conv(channels, kernel=1)");
    const after = text(
      "b = in -> conv(9, kernel=1)   a = b -> conv(channels, kernel=1)   out a -> conv(channels, kernel=1)",
    );
    expect(after).toEqual(expect.arrayContaining(before));
  });
});
