import type { Score } from "../../runtime/index.ts";
import { formatShare } from "./columns.ts";

export function formatScore({ metric, value }: Score): string {
  return metric === "mean absolute error" ? value.toPrecision(4) : formatShare(value);
}
