const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters but tab and line ends, halves of pairs, and what is no character: XML forbids them. */
const forbidden = /(?![\t\n\r])[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

/** Text as it may stand in XML and HTML, in attributes too. */
export function escape(text: string): string {
  return text.replace(forbidden, "\ufffd").replace(/[&<>"']/g, (character) => entities[character]!);
}

type Attributes = Readonly<Record<string, string | number>>;

/** `<name a="1">…</name>`; the inside is XML already. */
export function element(name: string, attributes: Attributes, ...inside: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(value))}"`);
  const start = `<${name}${written.join("")}`;
  return inside.length === 0 ? `${start}/>` : `${start}>${inside.join("")}</${name}>`;
}

/** A whole drawing, one part to a line, without a style sheet or a font of its own. */
export function svgDocument(
  size: { readonly width: number; readonly height: number },
  fontSize: number,
  parts: readonly string[],
): string {
  const frame = {
    xmlns: "http://www.w3.org/2000/svg",
    ...size,
    viewBox: `0 0 ${size.width} ${size.height}`,
    role: "img",
    "font-family": "Helvetica, Arial, sans-serif",
    "font-size": fontSize,
  };
  return `${element("svg", frame, ...parts.map((part) => `\n${part}`), "\n")}\n`;
}
