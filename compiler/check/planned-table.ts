/** Words that the language defines (version 1) and the registry does not hold yet. The registry wins. */
export const plannedWords: ReadonlySet<string> = new Set(["lsuv"]);
