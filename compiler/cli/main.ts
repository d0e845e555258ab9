#!/usr/bin/env node
import { run } from "./run.ts";

// Set, not called with: what was written to a pipe is still flushed.
process.exitCode = await run(process.argv.slice(2));
