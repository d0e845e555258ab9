/** What of native/ the checks of the host by itself (test/addon/fake-model/host-check.cc) are compiled with. */
export const hostSources = [
  "addon/instance.cc",
  "addon/buffer.cc",
  "addon/cpu/cpu.cc",
  "addon/cpu/cpu-instance.cc",
  "addon/cpu/read-values.cc",
  "parallel/pool.cc",
];
