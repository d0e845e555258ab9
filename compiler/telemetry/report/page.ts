import type { OutputEvaluation } from "../../../runtime/index.ts";
import type { RunEvaluation, TrainingRun } from "../training-run.ts";
import { confusionMatrix } from "./confusion-matrix.ts";
import { curves, formatNumber } from "./curves.ts";
import { firstFilters } from "./first-filters.ts";
import { html, Html } from "./html.ts";
import { layerTable } from "./layer-table.ts";
import { style } from "./style.ts";
import { worstExamples } from "./worst-examples.ts";

/** A page about a training run that needs nothing else: no network, no script. */
export function reportPage(run: TrainingRun): string {
  const { model, doc, epochs, evaluation, layers } = run;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <title>Training of ${model}</title>
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        <header>
          <h1>Training of ${model}</h1>
          ${doc === undefined ? "" : html`<p>${doc}</p>`}
        </header>
        ${evaluation && results(evaluation)} ${curves(epochs)} ${evaluation && matrices(evaluation)}
        ${evaluation && worstExamples(evaluation.worst)} ${firstFilters(run.filters)} ${layerTable(layers, epochs)}
        ${facts(run)}
      </body>
    </html> `;
  return page.text;
}

function results({ part, weights, samples, outputs }: RunEvaluation): Html {
  const tiles = Object.entries(outputs).flatMap(([name, output]) =>
    measuresOf(output).map(([measure, value]) => html`<div><b>${value}</b>${measure} of ${name}</div>`),
  );
  return html`<section>
    <h2>Results</h2>
    <div class="tiles">${tiles}</div>
    <p class="note">With the ${weights}, on ${samples.toLocaleString("en-US")} samples of ${part} data.</p>
  </section>`;
}

function measuresOf(output: OutputEvaluation): (readonly [measure: string, value: string])[] {
  const share = (value: number): string => `${(100 * value).toFixed(1)}%`;
  switch (output.kind) {
    case "class": {
      const fifth = output.labels.length > 5 ? [["top-5 accuracy", share(output.top5)] as const] : [];
      return [["accuracy", share(output.top1)], ...fifth, ["cross-entropy", formatNumber(output.loss)]];
    }
    case "labels":
      return [["accuracy", share(output.accuracy)]];
    case "mask":
      return [
        ["intersection over union", share(output.iou)],
        ["Dice", share(output.dice)],
      ];
    case "tensor":
      return [["mean absolute error", formatNumber(output.mae)]];
  }
}

function matrices({ outputs }: RunEvaluation): Html[] {
  return Object.entries(outputs).flatMap(([name, output]) =>
    output.kind === "class" ? [confusionMatrix(name, output)] : [],
  );
}

function facts({ facts }: TrainingRun): Html {
  return html`<section>
    <h2>Run</h2>
    <table>
      ${facts.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${value}</td>
          </tr>`,
      )}
    </table>
  </section>`;
}
