import type { Severity } from "./diagnostic.ts";

export type Role = Severity | "note" | "help" | "gutter" | "strong" | "added";

const CODES: Readonly<Record<Role, string>> = {
  error: "1;31",
  warning: "1;33",
  info: "1;36",
  note: "1;36",
  help: "1;32",
  gutter: "34",
  strong: "1",
  added: "32",
};

/** Colours a text for its role, or leaves it as it is. */
export type Paint = (role: Role, text: string) => string;

export function painter(color: boolean): Paint {
  return color ? (role, text) => (text === "" ? text : `\u001b[${CODES[role]}m${text}\u001b[0m`) : (_, text) => text;
}
