import { describe, expect, test } from "vitest";
import { html } from "../../compiler/telemetry/report/html.ts";
import { reportPage } from "../../compiler/telemetry/report/page.ts";
import { roundAxis, wholeAxis } from "../../compiler/telemetry/report/scale.ts";
import type { EpochRecord, RunEvaluation, TrainingRun } from "../../compiler/telemetry/training-run.ts";
import { ClassCounter } from "../../runtime/train/class-evaluation.ts";

const hostile = `</style><script>alert("1")</script>`;

function epoch(number: number, more: Partial<EpochRecord> = {}): EpochRecord {
  return {
    ...{ epoch: number, step: 10 * number, loss: 1 / number, metrics: { "kind.accuracy": 0.5 }, learningRate: 0.1 },
    ...{ deadUnits: [], gradientNorms: { "y.conv1": 2 * number }, seconds: 1, imagesPerSecond: 10 },
    ...more,
  };
}

function evaluation(labels: readonly string[]): RunEvaluation {
  const counter = new ClassCounter(labels);
  counter.add(
    Float32Array.from(labels, (_, i) => (i === 1 ? 1 : 0)),
    [0],
  );
  const worst = { sample: 7, truth: labels[0]!, predicted: labels[1]!, probability: 1, loss: 103.28 };
  const picture = "data:image/png;base64,AAAA";
  return {
    part: "test",
    weights: "last weights",
    samples: 1,
    outputs: { kind: counter.result() },
    worst: [{ ...worst, picture }],
  };
}

const run: TrainingRun = {
  model: "Net",
  epochs: [epoch(1), epoch(2)],
  layers: [
    { name: "y.conv1", operator: "conv", shape: [4, 8, 8], parameters: 1234 },
    { name: "y.relu1", operator: "relu", shape: [4, 8, 8], parameters: 0 },
  ],
  facts: [["seed", "1"]],
};
const headings = (page: string): string[] => Array.from(page.matchAll(/<h2>(.*?)<\/h2>/g), ([, text = ""]) => text);

describe("the html template", () => {
  test("escapes what is put in, but not HTML", () => {
    const inner = html`<b>${"a < b"}</b>`;
    expect(html`<p title="${`"'&`}">${[inner, 1, undefined]}</p>`.text).toBe(
      `<p title="&quot;&#39;&amp;"><b>a &lt; b</b>1</p>`,
    );
  });
});

describe("axes", () => {
  test.each([
    [
      [0.27, 0.91],
      [0.2, 0.4, 0.6, 0.8, 1],
    ],
    [
      [0, 1],
      [0, 0.5, 1],
    ],
    [
      [0.5, 0.5],
      [0, 0.2, 0.4, 0.6],
    ],
    [
      [0, 0],
      [0, 0.5],
    ],
    [
      [-3e-7, 5e-7],
      [-4e-7, -2e-7, 0, 2e-7, 4e-7, 6e-7],
    ],
  ])("round: around %j", (values, ticks) => {
    const axis = roundAxis(values);
    expect(axis.ticks).toEqual(ticks);
    expect(axis.from).toBeLessThanOrEqual(Math.min(...values));
    expect(axis.to).toBeGreaterThanOrEqual(Math.max(...values));
  });

  test("whole: no epochs but those that were", () => {
    expect(wholeAxis(1, 5).ticks).toEqual([1, 2, 3, 4, 5]);
    expect(wholeAxis(1, 100).ticks).toEqual([20, 40, 60, 80, 100]);
    expect(wholeAxis(3, 3)).toEqual({ from: 2.5, to: 3.5, ticks: [3] });
  });
});

describe("the page of a training run", () => {
  test("has only the parts that there is something to show of", () => {
    expect(headings(reportPage(run))).toEqual(["Curves", "Layers", "Run"]);
    const filters = { layer: "y.conv1", count: 200, pictures: ["data:image/png;base64,BBBB"] };
    const whole = reportPage({ ...run, evaluation: evaluation(["cat", "dog"]), filters });
    expect(headings(whole)).toEqual([
      ...["Results", "Curves", "Confusion matrix of kind", "Worst examples"],
      ...["Filters of y.conv1", "Layers", "Run"],
    ]);
    expect(whole).toContain("The first 1 of 200 filters.");
  });

  test("loads nothing: no script, no address but those of pictures that it contains", () => {
    const page = reportPage({ ...run, evaluation: evaluation(["cat", "dog"]) });
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|<link|url\(|@import|https?:/);
    expect(Array.from(page.matchAll(/(?:src|href)="([^"]*)"/g), ([, url]) => url)).toEqual([
      "data:image/png;base64,AAAA",
    ]);
  });

  test("escapes the words of networks, labels and folders", () => {
    const page = reportPage({
      ...run,
      ...{ doc: hostile, facts: [[hostile, hostile]], evaluation: evaluation([hostile, `"`]) },
      layers: [{ name: hostile, operator: hostile, shape: [1], parameters: 1 }],
      filters: { layer: hostile, count: 1, pictures: [`"onerror="${hostile}`] },
    });
    expect(page).not.toMatch(/<script|"onerror/);
    expect(page.match(/&lt;\/style&gt;&lt;script&gt;/g)!.length).toBeGreaterThan(6);
    expect(page.match(/<\/style>/g)).toHaveLength(1);
  });

  test("tells of layers what they learned with", () => {
    const deadUnits = [{ layer: "y.relu1", units: 4, dead: 1 }];
    const page = reportPage({ ...run, epochs: [epoch(1), epoch(2, { deadUnits })] }).replace(/\s+/g, " ");
    expect(page).toContain("1 of 4 (25.0%)");
    expect(page).toMatch(/y\.conv1<\/th> <td>conv<\/td> <td>4×8×8<\/td> <td class="number">1,234<\/td> .*>4<\/td>/);
  });

  test("draws a validation curve, beside the loss where it is the cross-entropy of one output", () => {
    const validation = { metrics: { "kind.accuracy": 0.25, "kind.loss": 0.75 } };
    const page = reportPage({ ...run, epochs: [epoch(1, { validation }), epoch(2, { validation })] });
    expect(page).toContain("validation (cross-entropy): 0.75");
    expect(page).toContain("epoch 2, validation: 0.25");
  });

  test("has what is measured of outputs that are no classes", () => {
    const outputs = {
      tags: { kind: "labels", accuracy: 0.5 },
      shape: { kind: "mask", iou: 0.25, dice: 0.4 },
      copy: { kind: "tensor", mae: 0.125 },
    } as const;
    const page = reportPage({
      ...run,
      evaluation: { part: "validation", weights: "last weights", samples: 1000, outputs, worst: [] },
    });
    expect(headings(page)).toEqual(["Results", "Curves", "Layers", "Run"]);
    for (const tile of [
      "<b>50.0%</b>accuracy of tags",
      "<b>25.0%</b>intersection over union of shape",
      "<b>40.0%</b>Dice of shape",
      "<b>0.125</b>mean absolute error of copy",
      "on 1,000 samples of validation data",
    ])
      expect(page).toContain(tile);
  });

  test("shows of very many classes the mistakes that are made most often", () => {
    const labels = Array.from({ length: 40 }, (_, i) => `class ${i}`);
    const page = reportPage({ ...run, evaluation: evaluation(labels) }).replace(/\s+/g, " ");
    expect(page).toContain(`<td>class 0</td> <td>class 1</td> <td class="number">1</td>`);
    expect(page).not.toContain(`class="matrix"`);
  });
});
