import { CnncWeightsError } from "../errors.ts";
import { describeShape } from "../tensor/typed-array.ts";
import { openSafetensors } from "../weights/read-safetensors.ts";
import type { Weights } from "../weights/weights.ts";
import { listed, mustBeFinite, ofTrainer, readTensor, sameShape } from "./load-weights.ts";
import type { Parameters } from "./parameters.ts";

/** What a network has taken of another's weights; all lists hold names. */
export interface MatchedWeights {
  /** Taken: of the same name and shape. */
  readonly matched: readonly string[];
  /** The network's, not in the other's weights: as they were. */
  readonly missing: readonly string[];
  /** In both, but of another shape: as they were. */
  readonly mismatched: readonly MismatchedShape[];
  /** Only in the other's weights. */
  readonly unused: readonly string[];
}

export interface MismatchedShape {
  readonly name: string;
  readonly expected: readonly number[];
  readonly got: readonly number[];
}

/** Sets each parameter that the weights have by name and shape. Either all of these are set or, where one is no number, none. */
export function takeMatching(parameters: Parameters, from: string | URL | Weights, model: string): MatchedWeights {
  if (typeof from === "string" || from instanceof URL) {
    using file = openSafetensors(from);
    return takeMatching(parameters, file, `${model} from ${String(from)}`);
  }
  const known = [...parameters].filter(({ name }) => from.has(name));
  const matching = known.filter(({ name, shape }) => sameShape(shape, from.shape(name)));
  if (matching.length === 0) throw nothingMatched(parameters.names, from, model);
  for (const parameter of matching) mustBeFinite(parameter.name, readTensor(from, parameter));
  for (const parameter of matching) parameters.set(parameter.name, readTensor(from, parameter));
  const others = known.filter((it) => !matching.includes(it));
  return {
    matched: matching.map(({ name }) => name),
    missing: parameters.names.filter((name) => !from.has(name)),
    mismatched: others.map(({ name, shape }) => ({ name, expected: shape, got: from.shape(name) })),
    unused: from.names.filter((name) => !ofTrainer(name) && !parameters.names.includes(name)),
  };
}

function nothingMatched(names: readonly string[], from: Weights, model: string): CnncWeightsError {
  const missing = names.filter((name) => !from.has(name));
  const unexpected = from.names.filter((name) => !ofTrainer(name) && !names.includes(name));
  const [first] = names.filter((name) => from.has(name));
  const shapes = first === undefined ? "" : `; ${first} there is ${describeShape(from.shape(first))}`;
  return new CnncWeightsError(
    `nothing can be taken for ${model}: no tensor has the name and the shape of one of its parameters ` +
      `(the network's: ${listed(names)}; there: ${listed(unexpected)}${shapes})`,
    { missing, unexpected },
  );
}
