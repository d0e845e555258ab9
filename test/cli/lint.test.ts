import * as fs from "node:fs";
import * as path from "node:path";
import { Ajv } from "ajv";
import type * as Sarif from "sarif";
import { describe, expect, test } from "vitest";
import { plant, readText, root, withTempFolder } from "../support/paths.ts";
import { cnnc, cnncHere, lenet } from "./cnnc.ts";

const biased = "compiler/lint/rules/bias-before-batch-norm/wrong.cnn";
const wrong = "test/check/cases/CNN202-misspelt.cnn";

/** A file with the findings CNN501 and CNN502, both with a fix. */
const unmended = readText(biased).replace("cnn 1\n", "");
const mended = readText(biased.replace("wrong", "right"));

/** Runs `cnnc lint` on files in a folder of their own; what is printed names them from there. */
async function lintIn(files: Readonly<Record<string, string>>, args: readonly string[], paths = ["."]) {
  return withTempFolder(async (folder) => {
    plant(folder, files);
    const given = paths.map((name) => path.join(folder, name));
    const config = args.map((arg) => arg.replace("FOLDER", folder));
    const { code, stdout, stderr } = await cnncHere(["lint", ...given, ...config]);
    const left = Object.fromEntries(
      Object.keys(files).map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]),
    );
    const shown = (text: string) =>
      text
        .replaceAll(`${folder}/`, "")
        .replaceAll(folder, ".")
        .replace(/(\.\.\/)+tmp\/cnnc-test-\w+\//g, "");
    return { code, stdout: shown(stdout), stderr: shown(stderr), left, names: fs.readdirSync(folder).sort() };
  });
}

const codesIn = (text: string) => text.match(/^(error|warning)\[CNN\d+\]/gm);

describe("cnnc lint ends with", () => {
  test("0 when there are no findings", async () => {
    expect(await cnnc(["lint", lenet])).toEqual({ code: 0, stdout: "1 file: no findings\n", stderr: "" });
    expect(await cnncHere(["lint", "examples", "--quiet"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("1 on warnings, unless so many are allowed", async () => {
    const { code, stdout } = await cnncHere(["lint", biased]);
    expect([code, codesIn(stdout)]).toEqual([1, ["warning[CNN502]"]]);
    expect(stdout).toContain("--fix mends it");
    expect((await cnncHere(["lint", biased, "--max-warnings", "1"])).code).toBe(0);
  });

  test("1 on errors, however many warnings are allowed", async () => {
    const { code, stdout } = await cnncHere(["lint", wrong, "--max-warnings", "9"]);
    expect([code, stdout]).toEqual([1, expect.stringContaining("error[CNN202]")]);
    const broken = await lintIn({ "a.cnn": "model M {" }, []);
    expect([broken.code, broken.stdout]).toEqual([1, expect.stringContaining("error[CNN1")]);
  });

  test("1 on a budget that only the back end can hold", async () => {
    const { code, stdout } = await lintIn({ "a.cnn": readText(lenet).replace("256KiB", "2KiB") }, []);
    expect([code, codesIn(stdout)]).toEqual([1, ["error[CNN403]"]]);
  });

  test.each([
    ["a file that is not there", { "a.cnn": mended }, ["b.cnn"], [], /b\.cnn cannot be read: there is no such file/],
    ["a folder without files", { "a.txt": "" }, ["."], [], /has no \.cnn files/],
    [
      "a configuration that is not there",
      { "a.cnn": mended },
      ["."],
      ["--config", "FOLDER/x.json"],
      /x\.json cannot be read/,
    ],
    [
      "a wrong configuration",
      { "a.cnn": mended, "cnnc.config.json": '{ "lint": { "rules": { "unused-valu": "off" } } }' },
      ["."],
      [],
      /cnnc\.config\.json: lint\.rules\.unused-valu: there is no rule called unused-valu\n.*did you mean unused-value\?/,
    ],
    [
      "an unknown format",
      { "a.cnn": mended },
      ["."],
      ["--format", "xml"],
      /Allowed choices are text, json, github, sarif/,
    ],
    ["a wrong number", { "a.cnn": mended }, ["."], ["--max-warnings", "-1"], /max-warnings/],
  ])("2 on %s", async (_, files, paths, args, message) => {
    const { code, stdout, stderr } = await lintIn(files, args, paths);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
  });
});

describe("cnnc lint reads", () => {
  test("folders, sorted, without what is not the project's", async () => {
    const files = {
      "b.cnn": unmended,
      "a/z.cnn": unmended,
      "node_modules/p/n.cnn": unmended,
      ".cache/c.cnn": unmended,
      "a/text.txt": unmended,
    };
    const { stdout } = await lintIn(files, ["--format", "github"], [".", "b.cnn"]);
    const named = ["a/z.cnn", "a/z.cnn", "b.cnn", "b.cnn"];
    expect(stdout.match(/file=[^,]*/g)).toEqual(named.map((name) => `file=${name}`));
  });

  test("the nearest configuration upwards from each file, or the one that is named", async () => {
    const files = {
      "a.cnn": unmended,
      "deep/er/b.cnn": unmended,
      "cnnc.config.json": '{ "lint": { "rules": { "CNN501": "off" } } }',
      "deep/cnnc.config.json":
        '{ "lint": { "rules": { "bias-before-batch-norm": "error", "missing-version": "off" } } }',
      "other.json": '{ "lint": { "rules": { "CNN501": "off", "CNN502": "off" } } }',
    };
    expect(codesIn((await lintIn(files, [])).stdout)).toEqual(["warning[CNN502]", "error[CNN502]"]);
    expect((await lintIn(files, ["--config", "FOLDER/other.json"])).code).toBe(0);
  });

  test("the strict rules where the configuration says so", async () => {
    const text = readText("compiler/lint/rules/wasted-lanes/wrong.cnn");
    expect((await lintIn({ "a.cnn": text }, [])).code).toBe(0);
    const { stdout } = await lintIn({ "a.cnn": text, "cnnc.config.json": '{ "lint": { "extends": "strict" } }' }, []);
    expect(codesIn(stdout)).toEqual(["warning[CNN511]"]);
  });

  test("what several files import once", async () => {
    const model =
      'cnn 1\nimport { B } from "./blocks.cnn"\nmodel M { input x: f32[3, 8, 8]  output y: f32[8, 6, 6] = x -> B }\n';
    const files = {
      "a.cnn": model,
      "b.cnn": model,
      "blocks.cnn": "cnn 1\nblock B { out in -> conv(8, kernel=3) -> batch_norm }\n",
    };
    expect(codesIn((await lintIn(files, [])).stdout)).toEqual(["warning[CNN502]"]);
  });

  test("parameters from outside", async () => {
    const text = "cnn 1\nmodel M(units=8) { input x: f32[8]  output y: f32[units] = x -> dense(units) }\n";
    const { code, stdout } = await lintIn({ "a.cnn": text }, ["--set", "units=0"]);
    expect([code, stdout]).toEqual([1, expect.stringContaining("CNN310")]);
  });
});

describe("cnnc lint --fix", () => {
  test("mends files and reports what is left", async () => {
    const { code, stdout, left, names } = await lintIn({ "a.cnn": unmended }, ["--fix"]);
    expect([code, stdout, left["a.cnn"], names]).toEqual([
      0,
      "2 fixes applied\n1 file: no findings\n",
      mended,
      ["a.cnn"],
    ]);
  });

  test("leaves alone what it cannot mend, byte for byte", async () => {
    const text = `\ufeff${mended.replaceAll("\n", "\r\n")}`;
    const { code, left } = await lintIn({ "a.cnn": text }, ["--fix"]);
    expect([code, left["a.cnn"]]).toEqual([0, text]);
  });

  test("keeps marks, line ends and modes", async () => {
    await withTempFolder(async (folder) => {
      const file = path.join(folder, "a.cnn");
      fs.writeFileSync(file, `\ufeff${readText(biased).replaceAll("\n", "\r\n")}`, { mode: 0o640 });
      fs.symlinkSync(file, path.join(folder, "link.cnn"));
      expect((await cnncHere(["lint", path.join(folder, "link.cnn"), "--fix"])).code).toBe(0);
      expect(fs.readFileSync(file, "utf8")).toBe(`\ufeff${mended.replaceAll("\n", "\r\n")}`);
      expect(fs.statSync(file).mode & 0o777).toBe(0o640);
      expect(fs.lstatSync(path.join(folder, "link.cnn")).isSymbolicLink()).toBe(true);
    });
  });

  test("does not touch what is imported", async () => {
    const blocks = "cnn 1\nblock B { out in -> conv(8, kernel=3) -> batch_norm }\n";
    const model =
      'cnn 1\nimport { B } from "./blocks.cnn"\nmodel M { input x: f32[3, 8, 8]  output y: f32[8, 6, 6] = x -> B }\n';
    const { code, left } = await lintIn({ "a.cnn": model, "blocks.cnn": blocks }, ["--fix"]);
    expect([code, left]).toEqual([1, { "a.cnn": model, "blocks.cnn": blocks }]);
  });
});

describe("cnnc lint --format", () => {
  test("json prints the reports as check does", async () => {
    const { stdout } = await cnncHere(["lint", biased, "--format", "json"]);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Record<string, unknown>[] };
    expect(diagnostics).toMatchObject([
      {
        code: "CNN502",
        severity: "warning",
        file: biased,
        start: { line: 4, column: 43 },
        fix: { title: "leave the bias out" },
      },
    ]);
  });

  test("github prints annotations", async () => {
    const { stdout } = await cnncHere(["lint", biased, "--format", "github"]);
    expect(stdout).toBe(
      `::warning file=${biased},line=4,col=43,endLine=4,endColumn=67,title=CNN502::` +
        "the bias of this `conv` does nothing: `batch_norm` subtracts it again%0A" +
        `note: this subtracts the mean of each channel (${biased}:4:71)%0Afix: leave the bias out\n`,
    );
  });

  test("github escapes what would end a command", async () => {
    const name = "50%, of: it.cnn";
    const text = readText("compiler/lint/rules/wasted-lanes/wrong.cnn");
    const { stdout } = await lintIn({ [name]: text, "cnnc.config.json": '{ "lint": { "extends": "strict" } }' }, [
      "--format",
      "github",
    ]);
    expect(stdout).toMatch(/50%25%2C of%3A it\.cnn,line=4,/);
    expect(stdout).toContain("29%25 of the lanes");
  });
});

describe("cnnc lint --format sarif", () => {
  const file = "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";
  // It is of draft 4, and uses what later drafts have too; formats (uri, date-time) are left unchecked.
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(readText(file)) as Record<string, unknown>;
  const accepts = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);

  async function logOf(args: readonly string[]): Promise<Sarif.Log> {
    const { stdout } = await cnncHere(["lint", ...args, "--format", "sarif"]);
    const log = JSON.parse(stdout) as Sarif.Log;
    expect(accepts(log), JSON.stringify(accepts.errors, null, 2)).toBe(true);
    return log;
  }

  test("names every rule, also when nothing is found", async () => {
    const [run] = (await logOf([lenet])).runs;
    expect(run!.results).toEqual([]);
    const rule = run!.tool.driver.rules!.find(({ id }) => id === "CNN502");
    expect(rule).toMatchObject({
      name: "bias-before-batch-norm",
      shortDescription: { text: "bias before a norm that subtracts it" },
      help: { markdown: expect.stringContaining("arXiv:1502.03167") as string },
      defaultConfiguration: { level: "warning" },
    });
  });

  test("leads to a page of the package for every rule", async () => {
    const [run] = (await logOf([lenet])).runs;
    const { version, files } = JSON.parse(readText("package.json")) as { version: string; files: string[] };
    expect(files).toContain("docs");
    for (const { id, helpUri } of run!.tool.driver.rules!) {
      expect(helpUri).toBe(`https://cdn.jsdelivr.net/npm/cnnc@${version}/docs/diagnostics/${id}.md`);
      expect(fs.existsSync(path.join(root, `docs/diagnostics/${id}.md`)), id).toBe(true);
    }
  });

  test("gives places, notes and fixes", async () => {
    const [run] = (await logOf([biased])).runs;
    const artifactLocation = { uri: biased, uriBaseId: "%SRCROOT%" };
    expect(run!.results).toMatchObject([
      {
        ruleId: "CNN502",
        level: "warning",
        locations: [
          {
            physicalLocation: {
              artifactLocation,
              region: { startLine: 4, startColumn: 43, endLine: 4, endColumn: 67 },
            },
          },
        ],
        relatedLocations: [{ message: { text: "this subtracts the mean of each channel" } }],
        fixes: [
          {
            description: { text: "leave the bias out" },
            artifactChanges: [{ artifactLocation, replacements: [{ insertedContent: { text: ", bias=false" } }] }],
          },
        ],
      },
    ]);
    const [result] = run!.results!;
    expect(run!.tool.driver.rules![result!.ruleIndex!]!.id).toBe("CNN502");
  });

  test("gives errors of the language, and what is suppressed with its reason", async () => {
    await withTempFolder(async (folder) => {
      const text = readText(biased).replace("= image", "= image\n  // cnnc-ignore CNN502: loaded\n ");
      plant(folder, { "a b.cnn": text, "b.cnn": "cnn 1\nmodel M { input x: f32[8]  output y: f32[8] = x -> rlu }\n" });
      const [run] = (await logOf([folder])).runs;
      const [error, suppressed] = run!.results!;
      expect(error).toMatchObject({ ruleId: "CNN202", level: "error" });
      expect(suppressed).toMatchObject({
        ruleId: "CNN502",
        suppressions: [{ kind: "inSource", justification: "loaded" }],
      });
      expect(suppressed!.locations![0]!.physicalLocation!.artifactLocation!.uri).toMatch(/^file:\/\/\/.*\/a%20b\.cnn$/);
    });
  });
});
