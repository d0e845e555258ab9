import { CstParser } from "chevrotain";
import type { CstNode } from "chevrotain";
import { tokenType, vocabulary } from "../tokens/vocabulary.ts";
import { expectations } from "./expectations.ts";

const t = tokenType;

/**
 * The rules of what stands between two statement starts; `outline` has cut the file there. Operators are read as
 * a flat list, and the builder applies their precedence: fewer rules deep, so deep nesting costs little stack.
 */
export class CnnParser extends CstParser {
  constructor(options: { readonly validate: boolean }) {
    super([...vocabulary.types.values()], {
      recoveryEnabled: false,
      maxLookahead: 2,
      nodeLocationTracking: "none",
      skipValidations: !options.validate,
      errorMessageProvider: expectations,
    });
    this.performSelfAnalysis();
  }

  // ── Declarations ──────────────────────────────────────────────────────────────────────────────

  version = this.RULE("version", () => {
    this.CONSUME(t("Cnn"));
    this.CONSUME(t("Number"));
  });

  import = this.RULE("import", () => {
    this.CONSUME(t("Import"));
    this.CONSUME(t("LeftBrace"));
    this.SUBRULE(this.importName);
    this.MANY(() => {
      this.CONSUME(t("Comma"));
      this.SUBRULE2(this.importName);
    });
    this.OPTION(() => this.CONSUME2(t("Comma")));
    this.CONSUME(t("RightBrace"));
    this.CONSUME(t("From"));
    this.CONSUME(t("String"));
  });

  importName = this.RULE("importName", () => {
    this.CONSUME(t("Identifier"));
    this.OPTION(() => {
      this.CONSUME(t("As"));
      this.CONSUME2(t("Identifier"));
    });
  });

  header = this.RULE("header", () => {
    this.OR({
      DEF: [{ ALT: () => this.CONSUME(t("Model")) }, { ALT: () => this.CONSUME(t("Block")) }],
      ERR_MSG: "`model`, `block` or `import`",
    });
    this.CONSUME(t("Identifier"));
    this.OPTION(() => {
      this.CONSUME(t("LeftParen"));
      this.OPTION2(() => {
        this.SUBRULE(this.parameter);
        this.MANY(() => {
          this.CONSUME(t("Comma"));
          this.SUBRULE2(this.parameter);
        });
        this.OPTION3(() => this.CONSUME2(t("Comma")));
      });
      this.CONSUME(t("RightParen"));
    });
  });

  parameter = this.RULE("parameter", () => {
    this.CONSUME(t("Identifier"));
    this.OPTION(() => {
      this.CONSUME(t("Assign"));
      this.SUBRULE(this.value);
    });
  });

  // ── Statements ────────────────────────────────────────────────────────────────────────────────

  let = this.RULE("let", () => {
    this.CONSUME(t("Identifier"));
    this.CONSUME(t("Assign"));
    this.SUBRULE(this.value);
  });

  out = this.RULE("out", () => {
    this.CONSUME(t("Out"));
    this.OPTION(() => {
      this.CONSUME(t("Identifier"));
      this.CONSUME(t("Assign"));
    });
    this.SUBRULE(this.value);
  });

  shared = this.RULE("shared", () => {
    this.CONSUME(t("Shared"));
    this.CONSUME(t("Identifier"));
    this.CONSUME(t("Assign"));
    this.SUBRULE(this.value);
  });

  inputItem = this.RULE("inputItem", () => {
    this.CONSUME(t("Input"));
    this.CONSUME(t("Identifier"));
    this.CONSUME(t("Colon"));
    this.SUBRULE(this.type);
  });

  outputItem = this.RULE("outputItem", () => {
    this.CONSUME(t("Output"));
    this.CONSUME(t("Identifier"));
    this.CONSUME(t("Colon"));
    this.SUBRULE(this.type);
    this.CONSUME(t("Assign"));
    this.SUBRULE(this.value);
  });

  augment = this.RULE("augment", () => {
    this.CONSUME(t("Augment"));
    this.CONSUME(t("Identifier"));
    this.CONSUME(t("Arrow"));
    this.SUBRULE(this.link);
    this.MANY(() => {
      this.CONSUME2(t("Arrow"));
      this.SUBRULE2(this.link);
    });
  });

  limit = this.RULE("limit", () => {
    this.CONSUME(t("Identifier"));
    this.OR({
      DEF: [{ ALT: () => this.CONSUME(t("Less")) }, { ALT: () => this.CONSUME(t("LessEqual")) }],
      ERR_MSG: "`<` or `<=`",
    });
    this.SUBRULE(this.expression);
  });

  /** `train` and `budget` before their brace. */
  section = this.RULE("section", () => {
    this.OR([{ ALT: () => this.CONSUME(t("Train")) }, { ALT: () => this.CONSUME(t("Budget")) }]);
  });

  type = this.RULE("type", () => {
    this.CONSUME(t("Identifier"));
    this.OPTION(() => this.SUBRULE(this.list));
    this.OPTION2(() => this.SUBRULE(this.arguments));
    this.OPTION3(() => {
      this.CONSUME(t("From"));
      this.CONSUME(t("String"));
    });
    this.OPTION4(() => {
      this.CONSUME(t("In"));
      this.SUBRULE(this.expression);
    });
  });

  // ── Values ────────────────────────────────────────────────────────────────────────────────────

  /** An expression and its links. An operator after a link is read too, only to say what is wrong with it. */
  value = this.RULE("value", () => {
    this.SUBRULE(this.expression);
    this.MANY(() => {
      this.CONSUME(t("Arrow"));
      this.SUBRULE(this.link);
      this.OPTION(() => {
        this.CONSUME(t("BinaryOperator"));
        this.SUBRULE2(this.expression);
      });
    });
  });

  link = this.RULE("link", () => {
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.repeat) },
        { ALT: () => this.SUBRULE(this.ifLink) },
        { ALT: () => this.SUBRULE(this.linkCall) },
      ],
      ERR_MSG: "an operator such as `relu`, `repeat` or `if`",
    });
  });

  linkCall = this.RULE("linkCall", () => {
    this.CONSUME(t("Identifier"));
    this.OPTION(() => this.SUBRULE(this.arguments));
    this.OPTION2(() => {
      this.CONSUME(t("As"));
      this.CONSUME2(t("Identifier"));
    });
  });

  repeat = this.RULE("repeat", () => {
    this.CONSUME(t("Repeat"));
    this.OPTION(() => {
      this.CONSUME(t("Identifier"));
      this.CONSUME(t("In"));
    });
    this.SUBRULE(this.expression);
    this.SUBRULE(this.links);
  });

  ifLink = this.RULE("ifLink", () => {
    this.CONSUME(t("If"));
    this.SUBRULE(this.expression);
    this.SUBRULE(this.links);
    this.MANY(() => {
      this.CONSUME(t("Else"));
      this.CONSUME2(t("If"));
      this.SUBRULE2(this.expression);
      this.SUBRULE2(this.links);
    });
    this.OPTION(() => {
      this.CONSUME2(t("Else"));
      this.SUBRULE3(this.links);
    });
  });

  links = this.RULE("links", () => {
    this.CONSUME(t("LeftBrace"));
    this.SUBRULE(this.link);
    this.MANY(() => {
      this.CONSUME(t("Arrow"));
      this.SUBRULE2(this.link);
    });
    this.CONSUME(t("RightBrace"));
  });

  // ── Expressions ───────────────────────────────────────────────────────────────────────────────

  expression = this.RULE("expression", () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(t("BinaryOperator"));
      this.SUBRULE2(this.operand);
    });
  });

  operand = this.RULE("operand", () => {
    this.MANY(() => this.CONSUME(t("PrefixOperator")));
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t("Number")) },
        { ALT: () => this.CONSUME(t("String")) },
        { ALT: () => this.CONSUME(t("True")) },
        { ALT: () => this.CONSUME(t("False")) },
        { ALT: () => this.CONSUME(t("In")) },
        { ALT: () => this.SUBRULE(this.call) },
        { ALT: () => this.SUBRULE(this.list) },
        { ALT: () => this.SUBRULE(this.paren) },
        { ALT: () => this.SUBRULE(this.if) },
      ],
      ERR_MSG: "a value",
    });
    this.MANY2(() => {
      this.CONSUME(t("Dot"));
      this.CONSUME(t("Identifier"));
    });
  });

  call = this.RULE("call", () => {
    this.CONSUME(t("Identifier"));
    this.OPTION(() => {
      this.SUBRULE(this.arguments);
      this.OPTION2(() => {
        this.CONSUME(t("As"));
        this.CONSUME2(t("Identifier"));
      });
    });
  });

  paren = this.RULE("paren", () => {
    this.CONSUME(t("LeftParen"));
    this.SUBRULE(this.value);
    this.CONSUME(t("RightParen"));
  });

  list = this.RULE("list", () => {
    this.CONSUME(t("LeftBracket"));
    this.OPTION(() => {
      this.SUBRULE(this.value);
      this.MANY(() => {
        this.CONSUME(t("Comma"));
        this.SUBRULE2(this.value);
      });
      this.OPTION2(() => this.CONSUME2(t("Comma")));
    });
    this.CONSUME(t("RightBracket"));
  });

  if = this.RULE("if", () => {
    this.CONSUME(t("If"));
    this.SUBRULE(this.expression);
    this.SUBRULE(this.branch);
    this.MANY(() => {
      this.CONSUME(t("Else"));
      this.CONSUME2(t("If"));
      this.SUBRULE2(this.expression);
      this.SUBRULE2(this.branch);
    });
    this.OPTION(() => {
      this.CONSUME2(t("Else"));
      this.SUBRULE3(this.branch);
    });
  });

  branch = this.RULE("branch", () => {
    this.CONSUME(t("LeftBrace"));
    this.SUBRULE(this.value);
    this.CONSUME(t("RightBrace"));
  });

  arguments = this.RULE("arguments", () => {
    this.CONSUME(t("LeftParen"));
    this.OPTION(() => {
      this.SUBRULE(this.argument);
      this.MANY(() => {
        this.CONSUME(t("Comma"));
        this.SUBRULE2(this.argument);
      });
      this.OPTION2(() => this.CONSUME2(t("Comma")));
    });
    this.CONSUME(t("RightParen"));
  });

  argument = this.RULE("argument", () => {
    this.OPTION(() => {
      this.CONSUME(t("Identifier"));
      this.CONSUME(t("Assign"));
    });
    this.SUBRULE(this.value);
  });
}

/** The rules that a segment can be parsed with. */
export type EntryRule =
  | "version"
  | "import"
  | "header"
  | "let"
  | "limit"
  | "out"
  | "shared"
  | "inputItem"
  | "outputItem"
  | "augment"
  | "section";

export type Rule = (this: CnnParser) => CstNode;
