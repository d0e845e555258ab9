import * as fs from "node:fs";
import type { CheckedModel } from "../../check/program.ts";
import type { EpochRecord } from "../../telemetry/training-run.ts";
import type { EpochReport } from "../../../runtime/index.ts";
import { CliError } from "../cli-error.ts";
import type { AnyModel, AnyNet } from "../load.ts";
import { warn } from "../terminal.ts";
import { epochRecord } from "./epoch-record.ts";

export interface TelemetryOptions {
  /** A file that gets a line of JSON after every epoch. */
  readonly log?: string;
  /** A folder that gets event files of TensorBoard. */
  readonly tensorboard?: string;
  /** A page about the whole run. */
  readonly report?: string;
  readonly json?: boolean;
  readonly resume?: string;
}

type Sink = (record: EpochRecord) => void;

/** The records of a run's epochs, handed on as they come. */
export class Telemetry {
  readonly epochs: EpochRecord[] = [];
  /** Whether all that was asked for could be written so far. */
  complete = true;
  readonly #sinks: Set<Sink>;
  readonly #recordOf: ((report: EpochReport<AnyModel>) => EpochRecord) | undefined;

  private constructor(sinks: readonly Sink[], recordOf: ((report: EpochReport<AnyModel>) => EpochRecord) | undefined) {
    this.#sinks = new Set(sinks);
    this.#recordOf = recordOf;
  }

  static async open(options: TelemetryOptions, net: AnyNet, model: CheckedModel): Promise<Telemetry> {
    const { log, tensorboard, report, json } = options;
    const sinks = [
      ...(log === undefined ? [] : [openLog(log, options)]),
      ...(tensorboard === undefined ? [] : [await openEvents(tensorboard)]),
    ];
    // Gradients of large networks are many numbers: they are read only where somebody wants to know.
    const wanted = sinks.length > 0 || report !== undefined || json === true;
    if (wanted) net.parameters.keepGradients = true;
    return new Telemetry(sinks, wanted ? (it) => epochRecord(it, net, model) : undefined);
  }

  add(report: EpochReport<AnyModel>): void {
    if (this.#recordOf === undefined) return;
    const record = this.#recordOf(report);
    this.epochs.push(record);
    for (const sink of this.#sinks) {
      try {
        sink(record);
      } catch (error) {
        // Hours of training are worth more than a line about them. A second half of a line would make no whole one.
        if (!(error instanceof CliError)) throw error;
        this.#sinks.delete(sink);
        this.complete = false;
        warn(`${error.message}; training goes on, epochs from ${record.epoch} on are missing there`);
      }
    }
  }
}

/** A run that goes on adds its lines to those that are there. */
function openLog(file: string, { resume }: TelemetryOptions): Sink {
  const append = (text: string, flag = "a"): void => written(file, () => fs.writeFileSync(file, text, { flag }));
  append("", resume === undefined ? "w" : "a");
  return (record) => append(`${JSON.stringify(record)}\n`);
}

async function openEvents(folder: string): Promise<Sink> {
  // It brings protobufjs.
  const { EventFiles } = await import("./event-files.ts");
  const files = written(folder, () => new EventFiles(folder));
  return (record) => written(folder, () => files.add(record));
}

function written<T>(name: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new CliError(`${name} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
