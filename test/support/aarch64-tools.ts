import { BuildError } from "../../compiler/build/build-error.ts";
import { findTool, findToolchain } from "../../compiler/build/toolchain.ts";

/** What compiles for aarch64, and the command, before a program's own, by which it runs: none on such a machine itself. */
export function aarch64Tools(): { readonly compiler: string; readonly emulator: readonly string[] } {
  const { compiler } = aarch64Toolchain();
  if (process.arch === "arm64") return { compiler, emulator: [] };
  const emulator = findTool(["qemu-aarch64-static", "qemu-aarch64"]);
  if (emulator === undefined) throw new Error("programs for aarch64 cannot run here: apt-get install qemu-user-static");
  return { compiler, emulator: [emulator] };
}

function aarch64Toolchain() {
  try {
    return findToolchain("arm64");
  } catch (error) {
    if (error instanceof BuildError) throw new Error(`${error.message}: ${error.mend}`, { cause: error });
    throw error;
  }
}
