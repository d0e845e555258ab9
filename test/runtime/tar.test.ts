import * as fs from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { tarMembers, type TarMember } from "../../runtime/data/tar.ts";
import { CnncDataError } from "../../runtime/errors.ts";
import { mutations } from "../support/mutations.ts";
import { withTempFolder } from "../support/paths.ts";
import { tar, tarEnd, tarMember } from "../support/tar.ts";

const file = (folder: string) => path.join(folder, "a.tar");

/** The members of a tar file of these bytes. */
function membersOf(bytes: Uint8Array): Promise<TarMember[]> {
  return withTempFolder(async (folder) => {
    fs.writeFileSync(file(folder), bytes);
    const found: TarMember[] = [];
    for await (const member of tarMembers(file(folder))) found.push(member);
    return found;
  });
}

const two = tar({ "a/1.txt": "hello", "a/2.bin": new Uint8Array(70_000) });

describe("a tar file", () => {
  it("has members, whose bytes follow their headers", async () => {
    const members = await membersOf(two);
    expect(members).toEqual([
      { name: "a/1.txt", offset: 512, size: 5 },
      { name: "a/2.bin", offset: 1536, size: 70_000 },
    ]);
    expect(two.toString("latin1", 512, 517)).toBe("hello");
  });

  it("may have long names, of POSIX, pax and GNU, folders and links", async () => {
    const long = `${"folder/".repeat(20)}1.txt`;
    const record = (text: string) => {
      // The length counts its own digits.
      const length = Buffer.byteLength(text) + 2;
      return `${length + String(length + 2).length} ${text}\n`;
    };
    const bytes = Buffer.concat([
      tarMember("1.txt", "a", { prefix: "folder" }),
      tarMember("pax", record(`path=${long}é`) + record("mtime=1.5"), { type: "x" }),
      tarMember("short", "bc"),
      tarMember("././@LongLink", `${long}\0`, { type: "L" }),
      tarMember("short", "def"),
      tarMember("folder/", "", { type: "5" }),
      tarMember("link", "", { type: "2" }),
      tarMember("last", "g", { type: "\0" }),
      tarEnd,
    ]);
    const members = await membersOf(bytes);
    expect(members.map(({ name, size }) => [name, size])).toEqual([
      ["folder/1.txt", 1],
      [`${long}é`, 2],
      [long, 3],
      ["last", 1],
    ]);
  });

  it("may have sizes in binary and in attributes", async () => {
    const binary = Buffer.alloc(12);
    binary[0] = 0x80;
    binary[11] = 3;
    const bytes = Buffer.concat([
      tarMember("1", "abc", { size: binary }),
      tarMember("pax", "10 size=4\n", { type: "x" }),
      tarMember("2", "abcd", { size: Buffer.from("0".repeat(11)) }),
      tarMember("3", "e"),
      tarEnd,
    ]);
    expect((await membersOf(bytes)).map(({ name, size }) => [name, size])).toEqual([
      ["1", 3],
      ["2", 4],
      ["3", 1],
    ]);
  });

  it.each<[string, Buffer, string]>([
    [
      "cut off within a member",
      two.subarray(0, 30_000),
      "it is cut off within a/2.bin: 70000 bytes belong there, 28464 are",
    ],
    ["cut off between members", two.subarray(0, 1024), "it is cut off: a tar file ends with blocks of zeros"],
    ["empty", Buffer.alloc(0), "it is cut off"],
    ["another file", Buffer.alloc(2048, "hello"), "it is no tar file"],
    ["compressed", Buffer.concat([gzipSync(two), Buffer.alloc(512)]), "it is compressed; unpack it with gunzip"],
    ["damaged", Buffer.concat([two.subarray(0, 1024), Buffer.alloc(1024, 7)]), "it is damaged: at byte 1024"],
    [
      "of a size below 0",
      Buffer.concat([tarMember("pax", "12 size=-99\n", { type: "x" }), two]),
      "it is damaged: the member at byte 1024 has no size",
    ],
    [
      "of a size in words",
      Buffer.concat([tarMember("1", "", { size: Buffer.from("many") }), tarEnd]),
      "it is damaged: the member at byte 0 has no size",
    ],
  ])("that is %s is refused", async (_what, bytes, message) => {
    await expect(membersOf(bytes)).rejects.toThrow(CnncDataError);
    await expect(membersOf(bytes)).rejects.toThrow(`a.tar: ${message}`);
  });

  it("that is not there is refused by name", async () => {
    await expect(tarMembers("nowhere.tar").next()).rejects.toThrow(/^nowhere\.tar: ENOENT/);
  });

  it("that is changed at random gives members within it or a typed error", async () => {
    const small = tar({ "1.txt": "hello", "2.txt": "hello" });
    for (const bytes of mutations(small, 300)) {
      const outcome = await membersOf(bytes).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(CnncDataError);
      else
        for (const { offset, size } of outcome as TarMember[]) expect(offset + size).toBeLessThanOrEqual(bytes.length);
    }
  });
});
