/** The machine cannot do what a build needs; `mend` is what the user can do about it. */
export class BuildError extends Error {
  readonly mend: string;

  constructor(message: string, mend: string) {
    super(message);
    this.name = "BuildError";
    this.mend = mend;
  }
}
