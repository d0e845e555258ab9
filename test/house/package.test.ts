import { describe, expect, test } from "vitest";
import { readText } from "../support/paths.ts";

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const registry = "https://registry.npmjs.org/";
const manifest = JSON.parse(readText("package.json")) as Manifest;
const lock = JSON.parse(readText("package-lock.json")) as {
  packages: Record<string, LockedPackage>;
};
const locked = Object.entries(lock.packages).filter(([name]) => name !== "");

describe("package-lock.json", () => {
  test("names no host but the public registry", () => {
    expect(locked.length).toBeGreaterThan(100);
    const foreign = locked.filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith(registry));
    expect(foreign).toEqual([]);
  });

  test("pins every package by hash", () => {
    expect(locked.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))).toEqual([]);
  });

  test("needs no install script in a user's project", () => {
    const scripted = locked.filter(([, { hasInstallScript, dev }]) => hasInstallScript && !dev);
    expect(scripted).toEqual([]);
  });

  test("is of this package.json", () => {
    const own = lock.packages[""] as unknown as Manifest;
    expect(own.dependencies).toEqual(manifest.dependencies);
    expect(own.devDependencies).toEqual(manifest.devDependencies);
  });
});

describe("package.json", () => {
  test("offers types first for every entry", () => {
    for (const [name, entry] of Object.entries(manifest.exports)) {
      if (typeof entry === "string") continue;
      expect([name, Object.keys(entry)[0]]).toEqual([name, "types"]);
      expect(entry["types"]).toBe(entry["default"]?.replace(/\.js$/, ".d.ts"));
    }
  });

  test("runs nothing when it is installed", () => {
    const onInstall = ["preinstall", "install", "postinstall", "prepare"];
    expect(Object.keys(manifest.scripts).filter((name) => onInstall.includes(name))).toEqual([]);
  });
});
