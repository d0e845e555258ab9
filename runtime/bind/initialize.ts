import { RandomStream, hashName } from "../random/philox.ts";
import type { ParameterManifest } from "./manifest.ts";
import { elementCount } from "../tensor/typed-array.ts";

/**
 * A parameter's first values. Each parameter draws from a stream of its own, keyed by its name, so
 * adding a layer does not change the others.
 */
export function initialValues(parameter: ParameterManifest, seed: number): Float32Array {
  const values = new Float32Array(elementCount(parameter.shape));
  const { initializer } = parameter;
  switch (initializer.kind) {
    case "constant":
      return values.fill(initializer.value);
    case "uniform":
      return fillUniform(values, initializer.bound, new RandomStream(seed, hashName(parameter.name)));
    case "normal":
      return fillNormal(values, initializer.std, new RandomStream(seed, hashName(parameter.name)));
  }
}

function fillUniform(values: Float32Array, bound: number, random: RandomStream): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * bound;
  return values;
}

/** Box–Muller: two uniforms become two independent normals. */
function fillNormal(values: Float32Array, std: number, random: RandomStream): Float32Array {
  for (let i = 0; i < values.length; i += 2) {
    // 1 - u is in (0, 1]: its logarithm is finite.
    const radius = std * Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const angle = 2 * Math.PI * random.uniform();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}
