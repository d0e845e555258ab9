import { word } from "../../opkit/attributes.ts";

export const fill = word(["zero", "edge"], {
  doc: "What lies outside the picture: zeros, or its nearest pixel. One `edge` holds for its whole line.",
  default: "zero",
});
