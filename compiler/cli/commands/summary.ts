import { costsOf, totalOf } from "../../check/cost.ts";
import type { CheckedModel } from "../../check/program.ts";
import { formatShape } from "../../shape/tensor-type.ts";
import type { ExitCode } from "../cli-error.ts";
import { columns, formatBytes, formatCount } from "../columns.ts";
import type { Align } from "../columns.ts";
import { diagnosticsAsJson, hasErrors, printDiagnostics } from "../diagnostics-output.ts";
import { frontOf } from "../front.ts";
import type { CommonOptions } from "../options.ts";
import { receptiveFields } from "../../lower/receptive-field.ts";
import { printJson, printLine } from "../terminal.ts";

/** `cnnc summary FILE`: all models of the file, or the one that is named. */
export function summaryCommand(file: string, options: CommonOptions): ExitCode {
  const { models, diagnostics } = frontOf(file, options, false);
  const failed = hasErrors(diagnostics);
  if (options.json) {
    printJson(failed ? { diagnostics: diagnosticsAsJson(diagnostics) } : { models: models.map(summaryOf) });
    return failed ? 1 : 0;
  }
  if (failed || !options.quiet) printDiagnostics(diagnostics, process.stderr);
  if (failed) return 1;
  printLine(models.map((model) => tableOf(summaryOf(model)).join("\n")).join("\n\n"));
  return 0;
}

interface LayerSummary {
  readonly name: string;
  readonly operator: string;
  readonly shape: readonly number[];
  readonly params: number;
  readonly macs: number;
  /** Rows and columns of the input that one element sees. */
  readonly receptiveField?: readonly [number, number] | "all";
}

interface Summary {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[];
  readonly layers: readonly LayerSummary[];
  readonly outputs: readonly { readonly name: string; readonly kind: string; readonly shape: readonly number[] }[];
  readonly params: number;
  readonly macs: number;
  readonly weightBytes: number;
}

function summaryOf(model: CheckedModel): Summary {
  const costs = costsOf(model);
  const fields = new Map(receptiveFields(model));
  const layers = model.layers.map(({ name, operator, operands, type: { shape } }) => {
    // A layer that does nothing in inference has no value of its own.
    const field = fields.get(name) ?? fields.get(operands[0] ?? "");
    if (field !== undefined) fields.set(name, field);
    const receptiveField = field === undefined || field === "all" ? field : ([field.rows, field.columns] as const);
    return { name, operator: operator.name, shape, ...costs.get(name)!, ...(receptiveField && { receptiveField }) };
  });
  const total = totalOf(costs);
  return {
    name: model.name,
    inputs: model.inputs.map(({ name, type }) => ({ name, ...type })),
    layers,
    outputs: model.outputs.map(({ name, kind, shape }) => ({ name, kind, shape })),
    ...total,
    weightBytes: 4 * total.params,
  };
}

const aligns: readonly Align[] = ["left", "right", "right", "right", "right"];

function tableOf({ name, inputs, layers, params, macs, weightBytes }: Summary): string[] {
  const head = ["layer", "output", "parameters", "MACs", "sees"];
  const rows = [
    ...inputs.map((input) => [`${input.name} (${input.dtype})`, formatShape(input.shape), "", "", ""]),
    ...layers.map((layer) => [
      layer.name,
      formatShape(layer.shape),
      layer.params === 0 ? "" : formatCount(layer.params),
      layer.macs === 0 ? "" : formatCount(layer.macs),
      seen(layer.receptiveField),
    ]),
  ];
  const total = `${formatCount(params)} parameters (${formatBytes(weightBytes)}), ${formatCount(macs)} MACs per sample`;
  return [name, "", ...columns([head, ...rows], aligns), "", total];
}

function seen(field: LayerSummary["receptiveField"]): string {
  return field === undefined || field === "all" ? (field ?? "") : field.join("×");
}
