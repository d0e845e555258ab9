import { describe, expect, test } from "vitest";
import { check } from "../../compiler/check/check.ts";
import { parse, render, sourceFile } from "../../grammar/index.ts";

/** Milliseconds of this process that an answer may take, however loaded the machine is. */
const MOST_MILLISECONDS = 1000;

interface Answer {
  readonly codes: readonly string[];
  readonly milliseconds: number;
}

/** What is said about a text, from parsing to the report. */
function answerTo(text: string, files: Readonly<Record<string, string>> = {}): Answer {
  const start = process.cpuUsage();
  const load = (path: string) => (path in files ? sourceFile(path, files[path]!) : undefined);
  const parsed = parse(sourceFile("hostile.cnn", text));
  const broken = parsed.diagnostics.some(({ severity }) => severity === "error");
  const diagnostics = [...parsed.diagnostics, ...(broken ? [] : check(parsed.ast, { load }).diagnostics)];
  render(diagnostics);
  const { user } = process.cpuUsage(start);
  return { codes: [...new Set(diagnostics.map(({ code }) => code))].sort(), milliseconds: user / 1000 };
}

const list = (count: number, item: (i: number) => string, between = "\n"): string =>
  Array.from({ length: count }, (_, i) => item(i)).join(between);
const model = (body: string): string => `model M {\n input x: f32[3, 8, 8]\n ${body}\n}\n`;
const chain = (links: string): string => model(`output y: f32[3, 8, 8] = x -> ${links}`);
/** `block B0 { … }` to `block B59 { … }`, each made of the one before it, and a model that uses the last. */
const tower = (count: number, body: (inner: string) => string): string =>
  list(count, (i) => `block B${i} { out ${body(i === 0 ? "relu" : `B${i - 1}`)} }`) + chain(`B${count - 1}`);
const ones = `[${list(15_000, () => "1", ", ")}]`;

const hostile: Readonly<Record<string, readonly [text: string, codes: readonly string[]]>> = {
  "a huge repeat": [chain("repeat 1000000000 { relu }"), ["CNN411"]],
  "repeats within repeats": [chain("repeat 100 { repeat 100 { repeat 100 { relu } } }"), ["CNN407"]],
  "repeats of nothing": [chain("repeat 10000 { repeat 10000 { repeat 10000 { if false { relu } } } }"), ["CNN409"]],
  "a tower of repeats": [chain(`${"repeat 2 { ".repeat(60)}if false { relu }${" }".repeat(60)}`), ["CNN409"]],
  "layers up to the limit": [chain("repeat 10000 { conv(3, kernel=3, pad=1) }"), []],
  "blocks that double": [
    list(40, (i) => `block B${i} { ${i === 0 ? "out in" : `x = in -> B${i - 1}  out x -> B${i - 1}`} }`) + chain("B39"),
    ["CNN409"],
  ],
  "sizes that overflow": [
    model(`output a: f32[3, 8, 8] = x -> conv(999999999999, kernel=3)
      output b: f32[1] = x -> flatten -> dense(2147483647)
      output c: f32[4000000000] = x
      output d: f32[1] = x -> flatten -> dense(1000000000000000000 * 1000000000000000000)`),
    ["CNN310", "CNN317", "CNN405", "CNN406"],
  ],
  "a number that overflows": [model(`a = ${list(40, () => "10000000000", " * ")}  output y: f32[a] = x`), ["CNN314"]],
  "a block within itself": [`block A { out in -> A }\n${chain("A")}`, ["CNN233"]],
  "a long cycle of blocks": [
    list(3000, (i) => `block B${i} { out in -> B${(i + 1) % 3000} }`) + chain("B0"),
    ["CNN233"],
  ],
  "a long chain of blocks": [tower(3000, (inner) => `in -> ${inner}`), ["CNN410"]],
  "deep expressions in deep blocks": [
    tower(60, (inner) => `${"(".repeat(50)}in -> ${inner}${")".repeat(50)}`),
    ["CNN410"],
  ],
  "deep calls in deep blocks": [
    tower(60, (inner) => `${"relu(".repeat(50)}in -> ${inner}${")".repeat(50)}`),
    ["CNN410"],
  ],
  "deep branches in deep blocks": [
    tower(60, (inner) => `${"if true { ".repeat(50)}in -> ${inner}${" } else { in }".repeat(50)}`),
    ["CNN410"],
  ],
  "deep links in deep blocks": [
    tower(60, (inner) => `in -> ${"if true { repeat 1 { ".repeat(25)}${inner}${" } }".repeat(25)}`),
    ["CNN410"],
  ],
  "long lists that are compared": [
    `block B(a) { out in -> if a == a { relu } }\n${model(`a = ${ones}  output y: f32[3, 8, 8] = x -> repeat 9000 { B(a) }`)}`,
    ["CNN409"],
  ],
  "long lists that are searched": [
    `block B(a) { out in -> if min(a) == 1 { relu } }\n${model(`a = ${ones}  output y: f32[3, 8, 8] = x -> repeat 9000 { B(a) }`)}`,
    ["CNN409"],
  ],
  "long texts that are compared": [
    `block B(a, b) { out in -> if a == b { relu } }\n${model(
      `a = "${"x".repeat(400_000)}"  b = "${"x".repeat(400_000)}"  output y: f32[3, 8, 8] = x -> repeat 9000 { B(a, b) }`,
    )}`,
    ["CNN409"],
  ],
  "ten megabytes": [model("a = x -> relu ".repeat(750_000)), ["CNN100"]],
  "ten megabytes of nothing": [" ".repeat(10 * 1024 * 1024), ["CNN100"]],
  "many errors": [model(`${list(8000, () => "a = xx -> relu")}  output y: f32[1] = a`), ["CNN201", "CNN204", "CNN412"]],
  "many unknown words": [list(3000, (i) => `block B${i} { out in -> C${i} }`) + chain("relu"), ["CNN202", "CNN412"]],
  "one error in many rounds": [
    `block B(n) { out in -> conv(n, kernel=30) }\n${chain("repeat 9000 { B(3) }")}`,
    ["CNN302"],
  ],
};

describe("a hostile file is answered in time:", () => {
  test.each(Object.entries(hostile))("%s", (_, [text, codes]) => {
    const first = answerTo(text);
    expect(first.codes).toEqual(codes);
    // The first answer pays for the compilation of the checker itself.
    const milliseconds = first.milliseconds < MOST_MILLISECONDS ? first.milliseconds : answerTo(text).milliseconds;
    expect(milliseconds).toBeLessThan(MOST_MILLISECONDS);
  });
});

const imports: Readonly<
  Record<string, readonly [text: string, files: Record<string, string>, codes: readonly string[]]>
> = {
  "a long chain of imports": [
    `import { A } from "f0.cnn"\n${chain("A")}`,
    Object.fromEntries(
      list(300, (i) => `import { A as B } from "f${i + 1}.cnn"\nblock A { out in -> B }`, "§")
        .split("§")
        .map((text, i) => [`f${i}.cnn`, text]),
    ),
    ["CNN249"],
  ],
  "imports in a circle": [
    `import { A } from "f0.cnn"\n${chain("A")}`,
    Object.fromEntries(
      list(50, (i) => `import { A as B } from "f${(i + 1) % 50}.cnn"\nblock A { out in -> B }`, "§")
        .split("§")
        .map((text, i) => [`f${i}.cnn`, text]),
    ),
    ["CNN246"],
  ],
  "large imports": [
    `${list(30, (i) => `import { A1 as B${i} } from "f${i}.cnn"`)}\n${chain(list(30, (i) => `B${i}`, " -> "))}`,
    Object.fromEntries(
      list(30, () => list(2500, (k) => `block A${k} { out in -> relu -> tanh -> relu }`), "§")
        .split("§")
        .map((text, i) => [`f${i}.cnn`, text]),
    ),
    ["CNN249"],
  ],
  "ten megabytes that are imported": [
    `import { A } from "f.cnn"\n${chain("A")}`,
    { "f.cnn": "block A { out in -> relu }\n".repeat(400_000) },
    ["CNN249"],
  ],
  "millions of labels": [
    model('output y: class from "labels.txt" = x -> flatten -> softmax'),
    { "labels.txt": list(1_000_000, (i) => `label ${i}`) },
    ["CNN408"],
  ],
};

describe("hostile files around a file are answered in time:", () => {
  test.each(Object.entries(imports))("%s", (_, [text, files, codes]) => {
    const first = answerTo(text, files);
    expect(first.codes).toEqual(codes);
    const milliseconds =
      first.milliseconds < MOST_MILLISECONDS ? first.milliseconds : answerTo(text, files).milliseconds;
    expect(milliseconds).toBeLessThan(MOST_MILLISECONDS);
  });
});
