import { everyOp } from "./every-op.ts";

everyOp("scalar");
