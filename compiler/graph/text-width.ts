/**
 * Widths of the printable ASCII characters from the space on, in thousandths of the size of the font: Helvetica, after
 * Adobe's font metrics. Pictures are laid out without a font at hand.
 */
const helvetica = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
];

/** What any other character is taken for: as wide as an m. */
const other = 833;
/** The signs of a picture that are not ASCII. */
const signs: Readonly<Record<string, number>> = { "×": 584, "·": 278, "–": 556 };

/** To spare for bold letters, and for fonts that are wider: DejaVu Sans and Verdana by a sixth. */
const spare = 1.18;

export function textWidth(text: string, size: number): number {
  const width = (character: string): number => helvetica[character.codePointAt(0)! - 32] ?? signs[character] ?? other;
  return Math.ceil((spare * size * [...text].reduce((sum, character) => sum + width(character), 0)) / 1000);
}
