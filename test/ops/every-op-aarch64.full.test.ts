import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll } from "vitest";
import { sampleModels } from "../../compiler/testing/index.ts";
import { buildEmulatedAddon } from "./emulated-addon.ts";
import { checkSamples, ofProcessors } from "./every-op.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-aarch64-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

checkSamples("neon", ofProcessors, sampleModels(), (...build) => buildEmulatedAddon(folder, ...build));
