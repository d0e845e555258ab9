import type { Call, DiagnosticExtras, Fix } from "../../grammar/index.ts";
import type { Operator } from "../opkit/operator.ts";
import type { Tensor } from "./values.ts";
import { insertBefore, withoutArgument } from "./fixes.ts";

/**
 * PyTorch's layers are told what comes in, before what they make of it: `Conv2d(in, out, kernel)`, `Linear(in, out)`,
 * `BatchNorm2d(in)`. Here what comes in is known. The way to write a call that names it first and fits without it.
 */
export function incomingFirst(
  call: Call,
  written: readonly string[],
  { attributes }: Operator,
  incoming: Tensor | undefined,
): DiagnosticExtras | undefined {
  const byPlace = call.arguments.slice(written.length).filter(({ name }) => name === undefined);
  const [first, ...rest] = byPlace;
  const channels = incoming?.type.shape[0];
  if (first?.value.kind !== "Number" || first.value.value !== channels) return undefined;
  const kinds = Object.entries(attributes);
  const fit = rest.every(({ value }, i) => value.kind === "Number" && kinds[i]?.[1].parse(value.value).ok);
  const names = new Set(call.arguments.map(({ name }) => name?.name));
  const complete = kinds.slice(rest.length).every(([name, kind]) => kind.default !== undefined || names.has(name));
  if (!fit || !complete) return undefined;
  const what = `the ${channels} ${incoming!.type.shape.length === 1 ? "elements" : "channels"} that come in are known`;
  return { help: `${what} and not written`, fix: { title: "leave them out", edits: [withoutArgument(first, call)] } };
}

const LARGEST_KERNEL = 11;

/** Whether `conv(in, out, kernel)` passed for `conv(channels, kernel, stride)`: no network has such windows. */
export function passesForWindow({ kernel, stride }: Readonly<Record<string, unknown>>): boolean {
  return (
    typeof kernel === "number" && typeof stride === "number" && kernel > LARGEST_KERNEL && stride > 1 && stride < kernel
  );
}

/** The two readings of such a call: the incoming channels left out, or the options named that it does set. */
export function waysToMean({ arguments: all }: Call, written: readonly string[], { fix }: DiagnosticExtras): Fix[] {
  const names = ["channels", "kernel", "stride", "pad"];
  const byPlace = all.slice(written.length).filter(({ name }) => name === undefined);
  const edits = byPlace.map(({ span }, i) => insertBefore(span, `${names[i]}=`));
  const named = { title: "it is meant: name the options", edits };
  return byPlace.length > names.length ? [fix!] : [fix!, named];
}
