import type { ClassOutput, Input, ModelClass, TensorOutput } from "../../runtime/index.ts";
import { defineModel } from "../../runtime/index.ts";
import { buildFakeAddon, fakeManifest } from "./fake-addon.ts";

/** What a generated `index.d.ts` would say. */
export interface LinearTypes {
  inputs: { image: Input<Uint8Array, [1, 1, 3]> };
  outputs: { kind: ClassOutput<"cat" | "dog">; logits: TensorOutput<[2]> };
  targets: "kind";
  metrics: "kind.accuracy";
}

/** What a generated `index.js` would do. */
export async function fakeModel(name: "Linear" | "Slow" = "Linear"): Promise<ModelClass<LinearTypes>> {
  return defineModel<LinearTypes>(fakeManifest(name), await buildFakeAddon());
}
