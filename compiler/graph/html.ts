import type { Picture } from "./picture.ts";
import { escape } from "./xml.ts";

/** What a page carries along, to draw itself anew. */
export interface Carried {
  readonly picture: Picture;
  /** Ids of the groups that are closed at first. */
  readonly closed: readonly string[];
  readonly wide: boolean;
}

const style = `
  body { margin: 0; font: 14px Helvetica, Arial, sans-serif; color-scheme: light dark; }
  p { margin: 12px 16px 0; color: #757575; }
  svg { max-width: 100%; height: auto; }
  [data-group] { cursor: pointer; }
  @media print { p { display: none; } }`;

/**
 * A page that needs nothing else, not even a server: the drawing as it is at first, the network as data, and the
 * script that lays it out when a block is opened or closed (`page.ts` with elkjs in it).
 */
export function html(drawing: string, carried: Carried, script: string): string {
  const title = escape(carried.picture.name);
  // Within a script element only `<` could end the text.
  const data = JSON.stringify(carried).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${style}
</style>
<p>A click on a block closes it, or opens it again.</p>
<div id="picture">
${drawing}</div>
<script type="application/json" id="network">${data}</script>
<!-- Contains elkjs, https://github.com/kieler/elkjs, under the Eclipse Public License 2.0. -->
<script>${script.replaceAll("</script", "<\\/script")}</script>
</html>
`;
}
