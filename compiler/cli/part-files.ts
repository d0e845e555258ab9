import * as fs from "node:fs";
import * as path from "node:path";
import { isFolder } from "./output-file.ts";

/** What data are for. */
export type Part = "train" | "test" | "validation";

/** What files and folders of a part are called. */
const names: Readonly<Record<Part, readonly string[]>> = {
  train: ["train"],
  test: ["test"],
  validation: ["validation", "val"],
};

/** The folder of a part: `train/`. */
export function partFolder(folder: string, part: Part): string | undefined {
  return names[part].map((name) => path.join(folder, name)).find(isFolder);
}

/** The shards of a part in the order of their names: `train-000000.tar`, …, or all of its folder. */
export function shardsOf(folder: string, part: Part): readonly string[] {
  const beside = tarsIn(folder).filter((file) =>
    names[part].some((name) => new RegExp(`^${name}[^a-z]`).test(path.basename(file))),
  );
  const own = partFolder(folder, part);
  return beside.length > 0 || own === undefined ? beside : tarsIn(own);
}

/** The table of a part: `train.csv`. */
export function tableOf(folder: string, part: Part): string | undefined {
  return names[part].map((name) => path.join(folder, `${name}.csv`)).find((file) => fs.existsSync(file));
}

function tarsIn(folder: string): string[] {
  const found = fs.readdirSync(folder).filter((name) => name.endsWith(".tar") && !name.startsWith("."));
  return found.sort().map((name) => path.join(folder, name));
}
