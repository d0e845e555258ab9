import { reasonOf } from "./build-error.ts";

/** One thing that builds need, or could use. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  /** Whether nothing can be built without it. */
  readonly required: boolean;
  readonly found: string;
  /** What to do where it is missing. */
  readonly mend?: string;
}

/** What `look` finds, or why it fails. */
export function finding(what: string, look: () => string, mend: string, required = true): Finding {
  try {
    return { what, ok: true, required, found: look() };
  } catch (error) {
    return { what, ok: false, required, found: reasonOf(error), mend };
  }
}
