import * as vm from "node:vm";
import { expect, test } from "vitest";
import { html } from "../../compiler/graph/html.ts";
import { layOut } from "../../compiler/graph/layout.ts";
import { groupsOf } from "../../compiler/graph/picture.ts";
import { svg } from "../../compiler/graph/svg.ts";
import { readText } from "../support/paths.ts";
import { pictures } from "./networks.ts";

const [, picture] = pictures;
const groups = [...groupsOf(picture!.items)].map(({ group }) => group.id);
const script = readText("dist/bin/graph-page.js");
const drawn = async (closed: readonly string[]): Promise<string> =>
  svg(picture!, await layOut(picture!, new Set(closed)));

/** What a browser has that the script uses; nothing else of one is there, and no network. */
function open(page: string) {
  const place = { innerHTML: "", click: (_group: string | null): void => undefined };
  const data = /id="network">(.*?)<\/script>/s.exec(page)![1]!;
  const code = /<script>(.*)<\/script>/s.exec(page)![1]!;
  const elements: Readonly<Record<string, object>> = {
    network: { textContent: data },
    picture: {
      set innerHTML(text: string) {
        place.innerHTML = text;
      },
      addEventListener: (_event: string, act: (event: object) => void) => {
        place.click = (group) => act({ target: { closest: () => group && { getAttribute: () => group } } });
      },
    },
  };
  const browser: Record<string, unknown> = { document: { getElementById: (id: string) => elements[id] }, setTimeout };
  browser["window"] = browser;
  vm.runInNewContext(code, browser);
  return place;
}

test("a click closes a block, another one opens it, as if it had been drawn so", async () => {
  const [stage] = groups;
  const place = open(html(await drawn([]), { picture: picture!, closed: [], wide: false }, script));
  place.click(stage!);
  const closed = await drawn([stage!]);
  await expect.poll(() => place.innerHTML, { timeout: 60_000 }).toBe(closed);
  place.click(null);
  place.click(stage!);
  const opened = await drawn([]);
  await expect.poll(() => place.innerHTML, { timeout: 60_000 }).toBe(opened);
});

test("a page starts with the blocks closed that are closed in its drawing", async () => {
  const place = open(html(await drawn(groups), { picture: picture!, closed: groups, wide: false }, script));
  place.click(groups[0]!);
  const opened = await drawn(groups.slice(1));
  await expect.poll(() => place.innerHTML, { timeout: 60_000 }).toBe(opened);
});
