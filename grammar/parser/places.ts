import type { SegmentKind } from "./segment.ts";

/** What may stand where, and how messages say it. */
export interface Place {
  readonly name: string;
  readonly kinds: readonly SegmentKind[];
  readonly expected: string;
  /** Words that start a statement here, for "did you mean". */
  readonly words: readonly string[];
}

export const places = {
  file: {
    name: "the file outside models and blocks",
    kinds: ["version", "import", "model", "block"],
    expected: "`model`, `block` or `import`",
    words: ["model", "block", "import", "cnn"],
  },
  model: {
    name: "a model",
    kinds: ["let", "shared", "input", "output", "train", "budget"],
    expected: "a statement such as `NAME = VALUE`, `input` or `output`",
    words: ["input", "output", "shared", "train", "budget"],
  },
  block: {
    name: "a block",
    kinds: ["let", "shared", "out"],
    expected: "a statement such as `NAME = VALUE` or `out VALUE`",
    words: ["out", "shared"],
  },
  train: {
    name: "`train`",
    kinds: ["let", "augment"],
    expected: "a setting such as `epochs = 10`",
    words: ["augment"],
  },
  budget: {
    name: "`budget`",
    kinds: ["limit", "let"],
    expected: "a limit such as `params < 70K`",
    words: [],
  },
} as const satisfies Record<string, Place>;

/** What a statement is called in messages. */
export function statementName(kind: SegmentKind): string {
  return kind === "let" ? "a value" : `\`${kind}\``;
}

/** Where a misplaced statement belongs. */
export const whereItBelongs: Readonly<Partial<Record<SegmentKind, string>>> = {
  out: "a model gives its results with `output NAME: TYPE = VALUE`",
  input: "a block takes its value as `in` and others as parameters",
  output: "a block ends in `out VALUE`",
  train: "`train` is a section of a model",
  budget: "`budget` is a section of a model",
  augment: "`augment` is a line of a `train` section",
};
