import { describe, expect, test } from "vitest";
import { crc32c } from "../../compiler/telemetry/crc32c.ts";
import { fileHead, scalarRecord } from "../../compiler/telemetry/event-file.ts";

describe("crc32c", () => {
  // The vectors of RFC 3720, appendix B.4, and the check value of the catalogues.
  test.each([
    ["zeros", new Uint8Array(32), 0x8a9136aa],
    ["ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ["rising bytes", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ["falling bytes", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ["123456789", new TextEncoder().encode("123456789"), 0xe3069283],
  ])("of %s", (_, bytes, checksum) => expect(crc32c(bytes)).toBe(checksum));
});

describe("event files", () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

  // What the RecordWriter of TensorBoard 2.21 writes for the same events.
  test("begin as TensorBoard's do", () =>
    expect(hex(fileHead(1.5))).toBe(
      "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c",
    ));

  test("have TensorBoard's bytes for scalars", () =>
    expect(hex(scalarRecord({ wallTime: 1.5, step: 300, scalars: { loss: 0.25, "a/b": -3 } }))).toBe(
      "2700000000000000bbe1b14609000000000000f83f10ac022a190a0b0a046c6f7373150000803e0a0a0a03612f6215000040c08afbe51a",
    ));
});
