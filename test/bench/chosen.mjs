// What a bench is asked to measure.

/** The names in `--models`, each of which `table` has; others end the bench as wrong usage. */
export function chosen(text, table, noun = "network") {
  const names = text.split(",");
  const unknown = names.filter((name) => !Object.hasOwn(table, name));
  if (unknown.length === 0) return names;
  console.error(`no ${noun} ${unknown.join(", ")}: ${Object.keys(table).join(", ")}`);
  process.exit(2);
}
