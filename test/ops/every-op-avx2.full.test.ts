import { everyOp } from "./every-op.ts";

everyOp("avx2");
