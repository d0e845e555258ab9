import { CnncDeviceError, CnncError, reasonOf } from "../errors.ts";

/** What the addon throws (out of memory, disposed, of its device) is thrown as this library's error. */
export function nativeCall<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw asCnncError(error);
  }
}

export async function nativePromise<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asCnncError(error);
  }
}

function asCnncError(error: unknown): CnncError {
  if (error instanceof CnncError) return error;
  const ofDevice = error instanceof Error && "code" in error && error.code === "CNNC_DEVICE";
  return new (ofDevice ? CnncDeviceError : CnncError)(reasonOf(error), { cause: error });
}
