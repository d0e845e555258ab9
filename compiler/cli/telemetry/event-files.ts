import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileHead, scalarRecord } from "../../telemetry/event-file.ts";
import type { EpochRecord } from "../../telemetry/training-run.ts";

/** Two runs of TensorBoard, `train` and `validation`: curves of the same tag lie in one chart. The step is the epoch. */
export class EventFiles {
  readonly #folder: string;
  readonly #start = Date.now() / 1000;
  readonly #begun = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
    fs.mkdirSync(folder, { recursive: true });
  }

  add(record: EpochRecord): void {
    this.#append("train", record.epoch, trainingScalars(record));
    if (record.validation) this.#append("validation", record.epoch, record.validation.metrics);
  }

  #append(run: string, step: number, scalars: Readonly<Record<string, number>>): void {
    const folder = path.join(this.#folder, run);
    // TensorBoard reads all files of a folder, in the order of these numbers.
    const name = `events.out.tfevents.${Math.floor(this.#start)}.${os.hostname()}.${process.pid}.0`;
    const file = path.join(folder, name);
    if (!this.#begun.has(run)) {
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(file, fileHead(this.#start));
      this.#begun.add(run);
    }
    fs.appendFileSync(file, scalarRecord({ wallTime: Date.now() / 1000, step, scalars }));
  }
}

function trainingScalars(record: EpochRecord): Readonly<Record<string, number>> {
  const { loss, metrics, learningRate, imagesPerSecond, deadUnits, gradientNorms } = record;
  return {
    loss,
    ...metrics,
    learning_rate: learningRate,
    samples_per_second: imagesPerSecond,
    ...Object.fromEntries(deadUnits.map(({ layer, units, dead }) => [`dead_share/${layer}`, dead / units])),
    ...Object.fromEntries(Object.entries(gradientNorms).map(([layer, norm]) => [`gradient_norm/${layer}`, norm])),
  };
}
