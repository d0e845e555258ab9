import { describe, expect, test } from "vitest";
import { textOf } from "../../grammar/index.ts";
import { blockOf, expressionOf, modelOf, parseText, sketch } from "./support/sketch.ts";

describe("expressions", () => {
  test.each([
    ["3", "3"],
    ["70K", "70000{70K}"],
    ["1.001K", "1001{1.001K}"],
    ["25ms", "0.025{25ms}"],
    ["256KiB", "262144{256KiB}"],
    ["16kHz", "16000{16kHz}"],
    ["5e-4", "0.0005"],
    ["1e3K", "1000000{1e3K}"],
    [String.raw`"a\"b\\\n"`, String.raw`"a\"b\\\n"`],
    ["true", "true"],
    ["a", "a"],
    ["in", "in"],
    ["in.channels", "(Attribute in name=channels)"],
    ["(a)", "(Paren a)"],
    ["[1, a, [2,],]", "(List [1 a (List [2])])"],
    ["[]", "(List)"],
    ["0..9", "(Range from=0 to=9)"],
    ["0.95..1.05", "(Range from=0.95 to=1.05)"],
    ["0..a-1", "(Range from=0 to=(a - 1))"],
    ["1 + 2 * 3", "(1 + (2 * 3))"],
    ["1 - 2 - 3", "((1 - 2) - 3)"],
    ["(1 + 2) * 3", "((Paren (1 + 2)) * 3)"],
    ["-a * b", "((Unary operator=- a) * b)"],
    ["a - -b", "(a - (Unary operator=- b))"],
    ["not a == b", "(Unary operator=not (a == b))"],
    ["a == b and not a < 3 or b", "(((a == b) and (Unary operator=not (a < 3))) or b)"],
    ["a % 2 == 0", "((a % 2) == 0)"],
    ["f()", "(Call callee=f)"],
    [
      "f(1, k=a -> g) as h",
      "(Call callee=f arguments=[(Argument 1) (Argument name=k (Chain a [(Call callee=g bare=true)]))] alias=h)",
    ],
    [
      "if a == 1 { in } else if b { 2 } else { a -> f }",
      "(If condition=(a == 1) then=in otherwise=(If condition=b then=2 otherwise=(Chain a [(Call callee=f bare=true)])))",
    ],
  ])("%s", (text, tree) => expect(sketch(expressionOf(text))).toBe(tree.replaceAll("callee=", "")));
});

describe("chains", () => {
  test.each([
    ["a -> relu", "(Chain a [(Call relu bare=true)])"],
    ["a -> relu() as act -> f as g", "(Chain a [(Call relu alias=act) (Call f alias=g bare=true)])"],
    ["(a + b) -> relu", "(Chain (Paren (a + b)) [(Call relu bare=true)])"],
    ["a -> repeat 2 { f -> g }", "(Chain a [(Repeat count=2 (Links [(Call f bare=true) (Call g bare=true)]))])"],
    [
      "a -> repeat in.channels { f }",
      "(Chain a [(Repeat count=(Attribute in name=channels) (Links [(Call f bare=true)]))])",
    ],
    [
      "a -> repeat c in [1, 2] { f(c) }",
      "(Chain a [(Repeat variable=c list=(List [1 2]) (Links [(Call f arguments=[(Argument c)])]))])",
    ],
    [
      "a -> if b { f } else if a { g } else { h }",
      "(Chain a [(IfLink condition=b then=(Links [(Call f bare=true)]) otherwise=(IfLink condition=a then=(Links [(Call g bare=true)]) otherwise=(Links [(Call h bare=true)])))])",
    ],
    ["a -> if b { f }", "(Chain a [(IfLink condition=b then=(Links [(Call f bare=true)]))])"],
  ])("%s", (text, tree) => expect(sketch(expressionOf(text))).toBe(tree));
});

describe("statements", () => {
  test.each([
    ["out in", "[(Out in)]"],
    ["out main = in", "[(Out name=main in)]"],
    ["/// Doc.\n x = in", '[(Let name=x in doc=///"Doc.")]'],
    ["shared tower = Tower(64)", "[(Shared name=tower (Call Tower arguments=[(Argument 64)]))]"],
    ["x = a y = b out x", "[(Let name=x a) (Let name=y b) (Out x)]"],
  ])("in a block: %s", (text, tree) => expect(sketch(blockOf(text).body)).toBe(tree));

  test.each([
    ["input i: u8[1, 28, 28]", "[(Input name=i type=(TypeExpression name=u8 dims=[1 28 28]))]"],
    ["input w: tokens[n] in vocab", "[(Input name=w type=(TypeExpression name=tokens dims=[n] within=vocab))]"],
    [
      'output o: class("a", "b") = x',
      '[(Output name=o type=(TypeExpression name=class arguments=[(Argument "a") (Argument "b")]) x)]',
    ],
    [
      "output o: class(0..9) = x",
      "[(Output name=o type=(TypeExpression name=class arguments=[(Argument (Range from=0 to=9))]) x)]",
    ],
    ['output o: class from "l.txt" = x', '[(Output name=o type=(TypeExpression name=class from="l.txt") x)]'],
    ["output mask: mask[h, w] = x", "[(Output name=mask type=(TypeExpression name=mask dims=[h w]) x)]"],
    [
      "budget { params < 70K macs <= 1M }",
      "[(Budget limits=[(Limit name=params operator=< 70000{70K}) (Limit name=macs operator=<= 1000000{1M})])]",
    ],
    [
      "train { loss = mse(a, b) batch = 64 augment i -> flip(horizontal) -> shift(0.08) }",
      "[(Train settings=[(Setting name=loss (Call mse arguments=[(Argument a) (Argument b)])) (Setting name=batch 64)] augments=[(Augment input=i [(Call flip arguments=[(Argument horizontal)]) (Call shift arguments=[(Argument 0.08)])])])]",
    ],
  ])("in a model: %s", (text, tree) => expect(sketch(modelOf(text).items)).toBe(tree));
});

describe("declarations", () => {
  test("version, imports, parameters, docs, comments", () => {
    const text = `\ufeffcnn 1 // version
import { Residual, Up as UpBlock, } from "./blocks.cnn"\r
/// A model
/// of two lines.
model M(a, width=32,) { /* nothing */ }`;
    const { ast, diagnostics } = parseText(text);
    expect(diagnostics).toEqual([]);
    expect(ast.version?.value).toBe(1);
    expect(sketch(ast.imports)).toBe(
      '[(Import names=[(ImportName name=Residual) (ImportName name=Up alias=UpBlock)] path="./blocks.cnn")]',
    );
    expect(sketch(ast.models)).toBe(
      '[(Model name=M parameters=[(Parameter name=a) (Parameter name=width default=32)] doc=///"A model\\nof two lines.")]',
    );
    expect(ast.comments.map((comment) => comment.text)).toEqual(["version", "A model", "of two lines.", "nothing"]);
  });

  test("spans cover the text of their node", () => {
    const { ast } = parseText("model M { output o: f32[2] = x -> dense(2) as last }\nblock B { out in }");
    const [model, output] = [ast.models[0], ast.models[0]?.items[0]];
    expect(model && textOf(model.span)).toBe("model M { output o: f32[2] = x -> dense(2) as last }");
    expect(output && textOf(output.span)).toBe("output o: f32[2] = x -> dense(2) as last");
    expect(output?.kind === "Output" && textOf(output.type.span)).toBe("f32[2]");
    expect(output?.kind === "Output" && output.value.kind === "Chain" && textOf(output.value.links[0]!.span)).toBe(
      "dense(2) as last",
    );
  });
});

/** Words that are keywords elsewhere, as names. */
describe("contextual words are names", () => {
  const words = [
    "cnn",
    "import",
    "from",
    "as",
    "block",
    "model",
    "input",
    "output",
    "out",
    "shared",
    "train",
    "budget",
    "augment",
    "batch",
  ];
  test.each(words)("%s as a value", (word) => {
    const body = `${word} = in  y = ${word}  z = f(${word}, ${word}=${word}) -> ${word} -> repeat ${word} { ${word} }
      w = if ${word} { ${word} } else { ${word} -> ${word} }  v = ${word}.${word}  out ${word}`;
    expect(blockOf(body).body.map((item) => item.kind)).toEqual(["Let", "Let", "Let", "Let", "Let", "Out"]);
  });
  test.each(words)("%s as a name in models", (word) => {
    const items = `input ${word}: ${word}[${word}]  output ${word}: ${word}(${word}) = ${word}
      shared ${word} = ${word}(1) as ${word}  train { ${word} = ${word}  augment ${word} -> ${word} } budget { ${word} < ${word} ${word} < 1 }
      ${word} = ${word}
      train { }`;
    expect(modelOf(items).items.map((item) => item.kind)).toEqual([
      "Input",
      "Output",
      "Shared",
      "Train",
      "Budget",
      "Let",
      "Train",
    ]);
  });
  test.each(words)("%s as the name of a declaration", (word) => {
    const { ast, diagnostics } = parseText(
      `import { ${word} as ${word} } from "x" block ${word}(${word}) { out in } model ${word} { } model ${word}(${word}=1) { }`,
    );
    expect(diagnostics.map((report) => report.message)).toEqual([]);
    expect([ast.imports.length, ast.blocks.length, ast.models.length]).toEqual([1, 1, 2]);
  });
});

describe("layout means nothing", () => {
  test.each([
    "model M { train {\nloss = a\nepochs = 3\n} }",
    "model M {\n  train { loss = a\n}\n}",
    "model M {\n  x =\n out\n y = 3\n z =\n shared\n t = 5\n w =\n input\n v = x }",
    "block B {\n  x = f(a,\nk=3\n) -> g\nas h\n out\nx\n}",
    "block\nB\n(\na\n)\n{\nout\nmain\n=\nin\nshared\nt\n=\nT\n(\n)\n}",
    'model M { input\nx\n:\nu8\n[\n3\n]\noutput\no\n:\nclass\nfrom\n"f"\n=\nx\n->\nif\na\n{\nf\n}\nelse\n{\ng\n} }',
  ])("%j", (text) => {
    const onOneLine = text.replaceAll("\n", " ");
    expect(parseText(text).diagnostics).toEqual([]);
    const [split, joined] = [parseText(text).ast, parseText(onOneLine).ast];
    expect(sketch([split.models, split.blocks])).toBe(sketch([joined.models, joined.blocks]));
  });
});
