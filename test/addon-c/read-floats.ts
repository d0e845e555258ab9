/** Numbers as C prints them by %a, one a line: `0x1.8p-3`. */
export function readFloats(text: string): readonly number[] {
  return text.trim().split("\n").map(hexadecimal);
}

function hexadecimal(text: string): number {
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] =
    /^(-?)0x([0-9a-f]+)(?:\.([0-9a-f]+))?p([+-]\d+)$/.exec(text) ?? [];
  const mantissa = Number.parseInt(whole + fraction, 16) * 16 ** -fraction.length;
  return (sign === "-" ? -1 : 1) * mantissa * 2 ** Number(exponent);
}
