import { everyOpOnDevice } from "./every-op.ts";

everyOpOnDevice("f32");
