import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { command } from "./cnnc.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-offline-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** A home of its own, empty; whatever would load something over HTTP finds nobody. */
const env = {
  PATH: process.env["PATH"],
  HOME: path.join(folder, "home"),
  http_proxy: "http://127.0.0.1:9",
  https_proxy: "http://127.0.0.1:9",
};
/** Where the system lets us, there is no network at all. */
const alone = spawnSync("unshare", ["-n", "true"]).status === 0;

describe("a build without a network", () => {
  test(`succeeds with an empty home (${alone ? "no network interface" : "proxies that do not answer"})`, () => {
    fs.mkdirSync(env.HOME);
    const file = path.join(folder, "small.cnn");
    fs.writeFileSync(file, "cnn 1\nmodel Small {\n  input x: f32[4]\n  output y: f32[3] = x -> dense(3)\n}\n");
    const build = [process.execPath, command, "build", file];
    const [name, ...args] = alone ? ["unshare", "-n", ...build] : build;
    const { status, stdout, stderr } = spawnSync(name!, args, { env, cwd: folder, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toContain("compiled in");
    // The cache is all that it leaves: no headers were loaded.
    expect(fs.readdirSync(env.HOME)).toEqual([".cache"]);
    expect(fs.readdirSync(path.join(env.HOME, ".cache"))).toEqual(["cnnc"]);
  });
});
