import { layOut } from "./layout.ts";
import type { Carried } from "./html.ts";
import { svg } from "./svg.ts";

/** What this needs of a browser; the compiler is checked without the types of one. */
interface Part {
  readonly textContent: string | null;
  innerHTML: string;
  closest(selector: string): { getAttribute(name: string): string | null } | null;
  addEventListener(event: "click", act: (event: { readonly target: Part }) => void): void;
}
declare const document: { getElementById(id: string): Part | null };

/** Runs in the page: a click on a block opens or closes it, and the network is laid out anew. */
const { picture, closed, wide } = JSON.parse(document.getElementById("network")!.textContent!) as Carried;
const shut = new Set(closed);
const place = document.getElementById("picture")!;
let latest = 0;

place.addEventListener("click", ({ target }) => {
  const group = target.closest("[data-group]")?.getAttribute("data-group");
  if (group === null || group === undefined) return;
  if (!shut.delete(group)) shut.add(group);
  void redraw();
});

/** Of several clicks in a row the last one is shown. */
async function redraw(): Promise<void> {
  const turn = ++latest;
  const drawn = svg(picture, await layOut(picture, shut, wide));
  if (turn === latest) place.innerHTML = drawn;
}
