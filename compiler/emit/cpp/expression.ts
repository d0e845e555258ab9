import { isUnary, type Expression } from "../../ir/expression.ts";

/** How the leaves of an expression are read where it is printed. */
export interface Leaves {
  /** The type that constants are made of: `V` in kernels, `double` in the learning rate. */
  readonly number: (x: number) => string;
  readonly leaf: (x: Expression) => string;
}

const infix = { add: "+", sub: "-", mul: "*", div: "/" } as const;

/** An expression in C++, with as few parentheses as precedence allows. */
export function printCpp(x: Expression, leaves: Leaves, level = 0): string {
  const print = (part: Expression, inner = 0): string => printCpp(part, leaves, inner);
  if (isUnary(x)) return x.op === "neg" ? `-${print(x.x, 3)}` : `${x.op}(${print(x.x)})`;
  switch (x.op) {
    case "add":
      // One rounding where the instruction set has it.
      if (x.a.op === "mul") return `fma(${print(x.a.a)}, ${print(x.a.b)}, ${print(x.b)})`;
      return bracket(`${print(x.a, 1)} + ${print(x.b, 2)}`, level > 1);
    case "sub":
      return bracket(`${print(x.a, 1)} - ${print(x.b, 2)}`, level > 1);
    case "mul":
    case "div":
      return bracket(`${print(x.a, 2)} ${infix[x.op]} ${print(x.b, 3)}`, level > 2);
    case "max":
    case "min":
      return `${x.op}(${print(x.a)}, ${print(x.b)})`;
    case "where_greater":
      return `select(${print(x.a, 1)} > ${print(x.b, 1)}, ${print(x.then)}, ${print(x.otherwise)})`;
    case "constant":
      return leaves.number(x.value);
    case "value":
    case "core":
    case "gradient":
    case "table":
    case "one_hot":
    case "index":
    case "random":
    case "scalar":
      return leaves.leaf(x);
  }
}

function bracket(text: string, wanted: boolean): string {
  return wanted ? `(${text})` : text;
}
