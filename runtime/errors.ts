/** Everything that this library throws on purpose; `code` is stable, the message is for people. */
export class CnncError extends Error {
  readonly code: string = "CNNC_ERROR";
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An error about what was expected and what was there instead. */
abstract class Mismatch extends CnncError {
  readonly expected: string;
  readonly got: string;
  constructor(message: string, { expected, got }: Pick<Mismatch, "expected" | "got">) {
    super(message);
    this.expected = expected;
    this.got = got;
  }
}

/** The addon and the wrapper beside it come from different builds: `expected` is the wrapper's, `got` the addon's. */
export class CnncStaleError extends Mismatch {
  override readonly code = "CNNC_STALE";
}

/** This processor lacks instructions that the addon was compiled for: `expected` levels, `got` what it has. */
export class CnncCpuError extends Mismatch {
  override readonly code = "CNNC_CPU";
}

/** The CUDA device that the addon was compiled for is not there, cannot be used, or has no memory left. */
export class CnncDeviceError extends CnncError {
  override readonly code = "CNNC_DEVICE";
}

/** A call with the wrong data: which input or target, what it should be, what came. */
export class CnncInputError extends Mismatch {
  override readonly code = "CNNC_INPUT";
  readonly input: string;
  constructor(input: string, expected: string, got: string) {
    super(`${input}: expected ${expected}, got ${got}`, { expected, got });
    this.input = input;
  }
}

/** Weights that cannot be read, or are another network's. */
export class CnncWeightsError extends CnncError {
  override readonly code = "CNNC_WEIGHTS";
  /** Names that the model has and the weights lack, and the other way round. */
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  /** Where it is about one tensor: which, what it should be, what came. */
  readonly tensor: string | undefined;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  constructor(message: string, options: ErrorOptions & Partial<WeightsFault> = {}) {
    super(message, options);
    this.missing = options.missing ?? [];
    this.unexpected = options.unexpected ?? [];
    this.tensor = options.tensor;
    this.expected = options.expected;
    this.got = options.got;
  }

  static ofTensor(tensor: string, expected: string, got: string): CnncWeightsError {
    return new CnncWeightsError(`${tensor}: expected ${expected}, got ${got}`, { tensor, expected, got });
  }
}

type WeightsFault = Pick<CnncWeightsError, "missing" | "unexpected" | "tensor" | "expected" | "got">;

/** A data set that is empty or cannot be read. */
export class CnncDataError extends CnncError {
  override readonly code = "CNNC_DATA";
}

/** A file of weights that cannot be written; what had its name before is as it was. */
export class CnncWriteError extends CnncError {
  override readonly code = "CNNC_WRITE";
}

/** The loss or the weights became infinite or no numbers: they are of no use any more. */
export class CnncDivergedError extends CnncError {
  override readonly code = "CNNC_DIVERGED";
}

/** What may keep a run from diverging. */
export const remedies = "a smaller learning rate, a warm-up or `clip = norm(1)` in the train section may help";

/** The text of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
