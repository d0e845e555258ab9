/** The holes of the diagnostics that operators raise; their texts stand in check/diagnostics.ts. */
export interface OperatorDiagnostics {
  /** Wrong rank: conv on a vector. */
  CNN301: { operator: string; expected: string; found: string };
  /** Window larger than its padded input. */
  CNN302: { operator: string; window: string; input: string };
  /** Channels and groups do not divide. */
  CNN303: { operator: string; groups: string; channels: string; what: string };
  /** A list's length does not fit the channels. */
  CNN304: { operator: string; attribute: string; length: string; channels: string };
  /** pad=same with a stride. */
  CNN305: { operator: string };
  /** Pool whose padding reaches its kernel. */
  CNN306: { operator: string; pad: string; kernel: string };
  /** A pool loses real pixels (warning). */
  CNN307: { operator: string; lost: string; mend: string };
  /** Wrong element type: conv on u8. */
  CNN308: { operator: string; expected: string; found: string };
  /** Two operands that must have the same shape. */
  CNN340: { operator: string; first: string; second: string };
  /** Two operands that may differ in channels alone. */
  CNN341: { operator: string; first: string; second: string };
  /** A token that the vocabulary does not have. */
  CNN338: { operator: string; token: string; last: string };
  /** An axis that a value has not. */
  CNN342: { operator: string; axis: string; shape: string; axes: string };
  /** A slice that lies not within the axis, or has nothing in it. */
  CNN343: { operator: string; start: string; end: string; count: string };
  /** A shape with another number of elements. */
  CNN344: { operator: string; shape: string; found: string; count: string };
  /** An order that does not name every axis once. */
  CNN345: { operator: string; order: string; axes: string };
  /** Parts that do not make up an axis. */
  CNN346: { operator: string; count: string; parts: string };
  /** A mirror image larger than the picture. */
  CNN347: { operator: string; amount: string; count: string };
  /** An attribute that another one makes meaningless. */
  CNN348: { operator: string; attribute: string; other: string };
  /** Moments of a single number. */
  CNN350: { operator: string };
  /** More rows than a stride leaves open. */
  CNN351: { operator: string; more: string; least: string };
  /** Padding that cuts away the whole result. */
  CNN352: { operator: string; size: string };
  /** An argument beyond what another one, or the operand, allows. */
  CNN357: { operator: string; attribute: string; expected: string; found: string };
  /** Bands of frequencies without a bin (warning). */
  CNN358: { operator: string; empty: string; bands: string; apart: string };
  /** A loss and its target do not fit. */
  CNN309: { loss: string; expected: string; found: string };
}
