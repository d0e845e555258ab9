import { CnncError, reasonOf } from "../errors.ts";

/** What the addon throws (out of memory, disposed) is thrown as this library's error. */
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
  return error instanceof CnncError ? error : new CnncError(reasonOf(error), { cause: error });
}
