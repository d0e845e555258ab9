import { runnableCpus } from "../../compiler/build/toolchain.ts";
import { levels } from "../../compiler/passes/targets.ts";
import { isFullRun } from "./full-run.ts";

const here = levels.filter(({ level }) => runnableCpus().includes(level)).map(({ name }) => name);

/** This machine's own instruction set; in a full run all that it has, the widest first. */
export const testedIsas = isFullRun ? here : here.slice(0, 1);
