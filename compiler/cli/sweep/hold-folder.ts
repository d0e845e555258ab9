import { createHash } from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import { CliError } from "../cli-error.ts";

/**
 * Makes a folder and keeps other sweeps of this machine out of it while the process lives. What is held is the name of an abstract
 * socket (unix(7)): the system gives it to one process and takes it back however that one ends, so nothing is left to be removed.
 */
export async function holdFolder(folder: string): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  const name = createHash("sha256").update(fs.realpathSync(folder)).digest("hex");
  const server = net.createServer().unref().listen(`\0cnnc-sweep-${name}`);
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new CliError(`another sweep is at work in ${folder}`, "wait for it, or name another folder by --out");
  }
}
