import * as fs from "node:fs";
import * as os from "node:os";

const smtSwitch = "/sys/devices/system/cpu/smt/active";

/**
 * Processors that this process may use, counting two hardware threads of one core once: they share the
 * units that multiply, and a network keeps those busy by itself.
 */
export function physicalCores(): number {
  const processors = os.availableParallelism();
  return hasHardwareThreads() ? Math.ceil(processors / 2) : processors;
}

function hasHardwareThreads(): boolean {
  try {
    return fs.readFileSync(smtSwitch, "utf8").trim() === "1";
  } catch {
    return false;
  }
}
