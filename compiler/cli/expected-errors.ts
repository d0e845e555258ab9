/** What the runtime throws on purpose (CNNC_…), and what the system says of files (ENOENT and the like). */
export function isExpected(error: unknown): error is Error {
  return error instanceof Error && "code" in error && /^(CNNC_|E[A-Z]+$)/.test(String(error.code));
}
