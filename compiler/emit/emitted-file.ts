/** A text file of a build. */
export interface EmittedFile {
  readonly name: string;
  readonly text: string;
}
