import type { Holes } from "../../grammar/index.ts";
import type { OperatorDiagnostics } from "../opkit/diagnostics.ts";
import { blockDiagnostics } from "./catalogue/blocks-table.ts";
import { budgetDiagnostics } from "./catalogue/budgets-table.ts";
import { nameDiagnostics } from "./catalogue/names-table.ts";
import { operatorDiagnostics } from "./catalogue/operators-table.ts";
import { typeDiagnostics } from "./catalogue/types-table.ts";

/** Everything that the checker can report. */
export const checkDiagnostics = {
  ...nameDiagnostics,
  ...blockDiagnostics,
  ...operatorDiagnostics,
  ...typeDiagnostics,
  ...budgetDiagnostics,
};

export type CheckCode = keyof typeof checkDiagnostics;

export type HolesOf<Code extends CheckCode> = Holes<(typeof checkDiagnostics)[Code]["message"]>;

/** Fails to compile when an operator's holes and a text's holes differ, in either direction. */
type InStep = {
  readonly [Code in keyof OperatorDiagnostics]: Code extends CheckCode
    ? keyof OperatorDiagnostics[Code] extends keyof HolesOf<Code>
      ? keyof HolesOf<Code> extends keyof OperatorDiagnostics[Code]
        ? true
        : never
      : never
    : never;
};
const inStep: { readonly [Code in keyof InStep]: true } & InStep = {
  CNN301: true,
  CNN302: true,
  CNN303: true,
  CNN304: true,
  CNN305: true,
  CNN306: true,
  CNN307: true,
  CNN308: true,
  CNN309: true,
  CNN338: true,
  CNN340: true,
  CNN341: true,
  CNN342: true,
  CNN343: true,
  CNN344: true,
  CNN345: true,
  CNN346: true,
  CNN347: true,
  CNN348: true,
  CNN350: true,
  CNN351: true,
  CNN352: true,
  CNN357: true,
  CNN358: true,
};
void inStep;
