export type Align = "left" | "right";

/** Lines of cells in aligned columns; the first line is the head, set apart by a rule. */
export function columns(rows: readonly (readonly string[])[], aligns: readonly Align[]): string[] {
  const widths = aligns.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (aligns[i] === "right" ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  const [head = [], ...rest] = rows;
  return [line(head), widths.map((width) => "─".repeat(width)).join("  "), ...rest.map(line)];
}

/** `features.Resi….main.conv1`: of a text that is too long, its beginning and its end. */
export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${text.slice(-end)}`;
}

/** `61,706` */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `241.3 KiB`, `1.2 MiB` */
export function formatBytes(bytes: number): string {
  const [scale, unit] = bytes >= 2 ** 20 ? [2 ** 20, "MiB"] : [2 ** 10, "KiB"];
  return bytes < 1024 ? `${bytes} B` : `${Number((bytes / scale).toFixed(1))} ${unit}`;
}

/** `87.3%` */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** `80 ms`, `9.8 s`, `4 m 05 s` */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.95) return `${Math.round(1000 * seconds)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} m ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;
}
