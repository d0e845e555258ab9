import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { withTempFolder } from "../support/paths.ts";
import { cnnc } from "../cli/cnnc.ts";

interface Record {
  readonly deadUnits: readonly { readonly units: number; readonly dead: number }[];
}

test("leak_grad brings units back that a large learning rate has left dead", async () => {
  await withTempFolder(async (folder) => {
    const file = (name: string): string => path.join(folder, name);
    /** The share of dead units in the last epoch. */
    const train = async (name: string, ...more: readonly string[]): Promise<number> => {
      const files = ["--out", file(`${name}.safetensors`), "--log", file(`${name}.jsonl`)];
      const args = ["train", "examples/dead-units/dead-units.cnn", "--data", "examples/data", "--seed", "1"];
      const { code, stderr } = await cnnc([...args, ...files, ...more]);
      expect(code, stderr).toBe(0);
      const last = fs
        .readFileSync(file(`${name}.jsonl`), "utf8")
        .trim()
        .split("\n")
        .at(-1)!;
      const { deadUnits } = JSON.parse(last) as Record;
      const sum = (of: "dead" | "units"): number => deadUnits.reduce((all, layer) => all + layer[of], 0);
      return sum("dead") / sum("units");
    };
    const killed = await train("killed");
    const rest = ["--set", "rate=0.002", "--init-from", file("killed.safetensors")];
    const plain = await train("plain", ...rest);
    const revived = await train("revived", ...rest, "--set", "leak=0.05");
    expect(killed).toBeGreaterThan(0.15);
    expect(plain).toBeGreaterThan(0.9 * killed);
    expect(revived).toBeLessThan(0.75 * killed);
  });
});
