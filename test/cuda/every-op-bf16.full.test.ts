import { everyOpOnDevice } from "./every-op.ts";

everyOpOnDevice("bf16");
