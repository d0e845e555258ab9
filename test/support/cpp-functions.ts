/** A function body in C++ text: where its header starts and how many lines it takes to its `}`. */
export interface CppFunction {
  readonly header: string;
  readonly line: number;
  readonly lines: number;
}

interface Scope {
  readonly kind: "container" | "function" | "other";
  readonly header: string;
  readonly line: number;
}

/**
 * The functions of a C++ file, found by their braces: good for a budget of lines, no parser.
 * A container is a namespace, a class or extern "C"; a brace with parentheses before it in a
 * container opens a function; what is inside a function belongs to it.
 */
export function cppFunctions(source: string): readonly CppFunction[] {
  const text = blank(source);
  const found: CppFunction[] = [];
  const scopes: Scope[] = [];
  let headerStart = 0;
  let line = 1;
  let headerLine = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "\n") line++;
    else if (headerLine === 0 && char?.trim()) headerLine = line;
    if (char === "{") {
      const header = text.slice(headerStart, at).trim().replace(/\s+/g, " ");
      const outer = scopes.every((scope) => scope.kind === "container");
      scopes.push({ kind: outer ? kindOf(header) : "other", header, line: headerLine });
    } else if (char === "}") {
      const scope = scopes.pop();
      if (scope?.kind === "function") {
        found.push({ header: scope.header, line: scope.line, lines: line - scope.line + 1 });
      }
    }
    if (char === "{" || char === "}" || (char === ";" && scopesAreContainers(scopes))) {
      headerStart = at + 1;
      headerLine = 0;
    }
  }
  return found;
}

function scopesAreContainers(scopes: readonly Scope[]): boolean {
  return scopes.every((scope) => scope.kind === "container");
}

function kindOf(header: string): Scope["kind"] {
  const declared = header.replace(/^template\s*<.*?>\s*(?=\b(?:struct|class|union)\b)/, "");
  if (/^(inline\s+)?namespace\b/.test(declared) || /^extern\s+"\s*"$/.test(declared)) {
    return "container";
  }
  if (/^(struct|class|union)\b/.test(declared)) return "container";
  return header.includes(")") ? "function" : "other";
}

/** Comments, preprocessor lines and the insides of literals, replaced by spaces; lines are kept. */
function blank(source: string): string {
  const pattern = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/gm;
  return source.replace(pattern, (match) => {
    const spaces = match.replace(/[^\n]/g, " ");
    return match.startsWith('"') ? `"${spaces.slice(2)}"` : spaces;
  });
}
