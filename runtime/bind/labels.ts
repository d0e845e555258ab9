import type { OutputManifest } from "./manifest.ts";

const made = new WeakMap<OutputManifest, readonly string[]>();

/** The labels of a class output; without names, the indices themselves. */
export function labelsOf(output: OutputManifest): readonly string[] {
  if (output.labels) return output.labels;
  let labels = made.get(output);
  if (!labels) {
    labels = Array.from({ length: output.shape[0] ?? 0 }, (_, index) => String(index));
    made.set(output, labels);
  }
  return labels;
}
