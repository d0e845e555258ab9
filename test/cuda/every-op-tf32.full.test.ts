import { everyOpOnDevice } from "./every-op.ts";

everyOpOnDevice("tf32");
