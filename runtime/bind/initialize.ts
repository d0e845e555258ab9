import { RandomStream, hashName } from "../random/philox.ts";
import type { ParameterManifest } from "./manifest.ts";
import { orthonormalise } from "./orthonormalise.ts";
import { elementCount } from "../tensor/typed-array.ts";

/**
 * A parameter's first values. Each parameter draws from a stream of its own, keyed by its name, so
 * adding a layer does not change the others.
 */
export function initialValues(parameter: ParameterManifest, seed: number): Float32Array {
  const { initializer, shape } = parameter;
  const values = draw(parameter, seed);
  const { zeroRow } = initializer;
  const row = values.length / (shape[0] ?? 1);
  return zeroRow === undefined ? values : values.fill(0, zeroRow * row, (zeroRow + 1) * row);
}

function draw({ name, shape, initializer }: ParameterManifest, seed: number): Float32Array {
  const values = new Float32Array(elementCount(shape));
  const random = new RandomStream(seed, hashName(name));
  switch (initializer.kind) {
    case "constant":
      return values.fill(initializer.value);
    case "uniform":
      return fillUniform(values, initializer.bound, random);
    case "normal":
      return fillNormal(values, initializer.std, random);
    case "orthogonal":
    case "lsuv":
      return fillOrthogonal(values, shape[0] ?? 1, random);
  }
}

function fillUniform(values: Float32Array, bound: number, random: RandomStream): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * bound;
  return values;
}

/** Box–Muller: two uniforms become two independent normals. */
function fillNormal<Values extends Float32Array | Float64Array>(
  values: Values,
  std: number,
  random: RandomStream,
): Values {
  for (let i = 0; i < values.length; i += 2) {
    // 1 - u is in (0, 1]: its logarithm is finite.
    const radius = std * Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const angle = 2 * Math.PI * random.uniform();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** Rows or columns of a matrix of `rows` rows, whichever are fewer: normal vectors, made orthonormal. */
function fillOrthogonal(values: Float32Array, rows: number, random: RandomStream): Float32Array {
  const columns = values.length / rows;
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const basis = fillNormal(new Float64Array(values.length), 1, random);
  orthonormalise(Array.from({ length: count }, (_, i) => basis.subarray(i * length, (i + 1) * length)));
  if (rows <= columns) values.set(basis);
  else for (let i = 0; i < values.length; i++) values[i] = basis[(i % columns) * length + Math.floor(i / columns)]!;
  return values;
}
