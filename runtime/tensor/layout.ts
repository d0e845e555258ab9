/** How a picture's numbers follow each other: planes (the declared order), or what decoders yield. */
export type Layout = "chw" | "hwc";
