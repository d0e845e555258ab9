import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { findNvcc, nvccMend, nvccVersion } from "./cuda-toolkit.ts";
import { finding, type Finding } from "./finding.ts";

/** What `--target cuda` needs: nvcc to build, driver and device to run. All else works without. */
export function cudaFindings(): readonly Finding[] {
  return [
    finding("nvcc", nvcc, `for --target cuda: ${nvccMend}`, false),
    finding(
      "CUDA driver",
      driver,
      "to run networks on CUDA: install NVIDIA's driver (https://nvidia.com/drivers)",
      false,
    ),
    finding("CUDA device", devices, "to run networks on CUDA: a GPU of compute capability 8.0 or later", false),
  ];
}

function nvcc(): string {
  const path = findNvcc();
  if (path === undefined)
    throw new Error(process.env["CUDACXX"] ? `CUDACXX is ${process.env["CUDACXX"]}` : "not found");
  return `${path}, ${nvccVersion(path)}`;
}

function driver(): string {
  try {
    return readFileSync("/sys/module/nvidia/version", "utf8").trim();
  } catch {
    throw new Error("not loaded");
  }
}

/** What the driver's own tool lists: `0, NVIDIA H200, 9.0`. */
function devices(): string {
  const query = ["--query-gpu=index,name,compute_cap", "--format=csv,noheader"];
  const { status, stdout, error } = spawnSync("nvidia-smi", query, { encoding: "utf8" });
  if (error !== undefined) throw new Error("none, or no nvidia-smi that lists them");
  if (status !== 0 || stdout.trim() === "") throw new Error("none");
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.replace(/^(\d+), (.*), ([\d.]+)$/, "cuda:$1 $2 (compute capability $3)"))
    .join("; ");
}
