import { CnncError, CnncStaleError } from "../errors.ts";
import { checkSeed } from "../random/philox.ts";
import { openSafetensors } from "../weights/read-safetensors.ts";
import type { Weights } from "../weights/weights.ts";
import { openAddon, type AddonModel } from "./addon.ts";
import { initializeWeights, loadWeights } from "./load-weights.ts";
import type { Manifest, ParameterManifest } from "./manifest.ts";
import { metadataOf, type Metadata } from "./metadata.ts";
import type { ModelTypes } from "./model-types.ts";
import { nativeCall } from "./native-call.ts";
import { Net } from "./net.ts";
import { physicalCores } from "./physical-cores.ts";

export interface LoadOptions {
  /** A safetensors file, or weights in memory. Without: fresh values, drawn with `seed`. */
  readonly weights?: string | URL | Weights;
  /** Take weights with values that are infinite or no numbers; default: they are an error. */
  readonly allowNonFinite?: boolean;
  /** How many threads a call may use; default: the machine's physical cores. */
  readonly threads?: number;
  /** Of an addon for CUDA: the number of the device; default: what CNNC_CUDA_DEVICE says, else 0. */
  readonly device?: number;
  /** For fresh values; default 0. */
  readonly seed?: number;
  /** Where the `.node` file is, when a bundler has moved it away from the wrapper. */
  readonly addonPath?: string | URL;
}

/** What a generated module exports under the model's name. */
export interface ModelClass<M extends ModelTypes> extends Metadata<M> {
  readonly manifest: Manifest;
  /** Loads the native module and its weights. Several loaded models share one pool of threads. */
  load(options?: LoadOptions): Promise<Net<M>>;
}

/** Called by the generated `index.js`, which imports this file as "cnnc/runtime/model". */
export function defineModel<M extends ModelTypes>(manifest: Manifest, addon: string | URL): ModelClass<M> {
  if (manifest.format !== 1) {
    throw new CnncError(`the manifest has format ${String(manifest.format)}, this library reads format 1`);
  }
  return { manifest, ...metadataOf<M>(manifest), load: async (options = {}) => load<M>(manifest, addon, options) };
}

function load<M extends ModelTypes>(manifest: Manifest, location: string | URL, options: LoadOptions): Net<M> {
  const threads = options.threads ?? Math.min(physicalCores(), 256);
  if (!Number.isInteger(threads) || threads < 1 || threads > 256) {
    throw new RangeError(`threads: expected a whole number from 1 to 256, got ${threads}`);
  }
  const { device } = options;
  if (device !== undefined && !(Number.isInteger(device) && device >= 0 && device < 1024)) {
    throw new RangeError(`device: expected a whole number from 0 to 1023, got ${device}`);
  }
  const seed = options.seed ?? 0;
  checkSeed(seed);
  const { addon, model } = openAddon(options.addonPath ?? location, manifest);
  const parameters = inAddonOrder(manifest, model);
  const native = nativeCall(() => addon.create(manifest.model, threads, device));
  const fill = (weights: Weights) =>
    loadWeights(native, manifest.model, parameters, weights, options.allowNonFinite ?? false);
  try {
    const { weights } = options;
    if (weights === undefined) {
      initializeWeights(native, parameters, seed);
    } else if (typeof weights === "string" || weights instanceof URL) {
      using file = openSafetensors(weights);
      fill(file);
    } else {
      fill(weights);
    }
    return new Net<M>({ ...manifest, parameters }, model, native, weights === undefined);
  } catch (error) {
    native.dispose();
    throw error;
  }
}

/** The addon knows parameters by number: its order counts, whatever the manifest's is. */
function inAddonOrder(manifest: Manifest, model: AddonModel): ParameterManifest[] {
  const byName = new Map(manifest.parameters.map((it) => [it.name, it]));
  const found = model.parameters.flatMap((name) => byName.get(name) ?? []);
  if (found.length === model.parameters.length && found.length === byName.size) return found;
  throw new CnncStaleError(`the addon of ${manifest.model} has other parameters than its manifest; build it again`, {
    expected: [...byName.keys()].join(", "),
    got: model.parameters.join(", "),
  });
}
