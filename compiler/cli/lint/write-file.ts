import * as fs from "node:fs";

/** Replaces a file as a whole: whoever reads it meanwhile sees the old text or the new one, never a part. */
export function writeFileAtOnce(file: string, text: string): void {
  const target = fs.realpathSync(file);
  const beside = `${target}.${process.pid}.tmp`;
  try {
    fs.writeFileSync(beside, text, { mode: fs.statSync(target).mode });
    fs.renameSync(beside, target);
  } finally {
    fs.rmSync(beside, { force: true });
  }
}
