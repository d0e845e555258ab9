import type { SingleBar } from "cli-progress";
import { formatSeconds } from "./columns.ts";
import { isWatched } from "./terminal.ts";

export interface Progress {
  /** `done` of `total`; what stands behind the bar. */
  readonly update: (done: number, total: number, rate: number, secondsLeft: number, note: string) => void;
  /** Takes the bar away; what is printed next stands where it was. */
  readonly clear: () => void;
}

const silent: Progress = { update: () => undefined, clear: () => undefined };

const REDRAWS_PER_SECOND = 8;

/** A bar on stderr for who watches a terminal, nothing else: logs get their own lines. */
export async function openProgress(quiet: boolean, noun: string): Promise<Progress> {
  if (quiet || !isWatched(process.stderr)) return silent;
  const { default: cliProgress } = await import("cli-progress");
  const format = `{bar} {percentage}%  {rate} ${noun}/s  {left} left  {note}`;
  const options = { format, fps: REDRAWS_PER_SECOND, clearOnComplete: true, hideCursor: true, barsize: 24 };
  let bar: SingleBar | undefined;
  return {
    update: (done, total, rate, secondsLeft, note) => {
      const payload = { rate: Math.round(rate).toLocaleString("en-US"), left: formatSeconds(secondsLeft), note };
      if (bar === undefined) {
        bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
        bar.start(total, done, payload);
      } else bar.update(done, payload);
    },
    clear: () => {
      bar?.stop();
      bar = undefined;
    },
  };
}
