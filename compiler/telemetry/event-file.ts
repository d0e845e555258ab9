import protobuf from "protobufjs/light.js";
import { maskedCrc32c } from "./crc32c.ts";

/** Of event.proto and summary.proto (github.com/tensorflow/tensorboard, Apache-2.0) what scalars need. */
const messages = protobuf.Root.fromJSON({
  nested: {
    Event: {
      fields: {
        wallTime: { type: "double", id: 1 },
        step: { type: "int64", id: 2 },
        fileVersion: { type: "string", id: 3 },
        summary: { type: "Summary", id: 5 },
      },
    },
    Summary: { fields: { value: { rule: "repeated", type: "Value", id: 1 } } },
    Value: { fields: { tag: { type: "string", id: 1 }, simpleValue: { type: "float", id: 2 } } },
  },
});
const eventMessage = messages.lookupType("Event");

export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  readonly scalars: Readonly<Record<string, number>>;
}

/** What an event file begins with. */
export function fileHead(wallTime: number): Uint8Array {
  return eventRecord({ wallTime, fileVersion: "brain.Event:2" });
}

/** One more record of an event file. */
export function scalarRecord({ wallTime, step, scalars }: ScalarEvent): Uint8Array {
  const value = Object.entries(scalars).map(([tag, simpleValue]) => ({ tag, simpleValue }));
  return eventRecord({ wallTime, step, summary: { value } });
}

/** A TFRecord: length (u64), its checksum, the message, its checksum; little-endian. */
function eventRecord(event: object): Uint8Array {
  const message = eventMessage.encode(event).finish();
  const record = new Uint8Array(8 + 4 + message.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(message.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(message, 12);
  view.setUint32(12 + message.length, maskedCrc32c(message), true);
  return record;
}
