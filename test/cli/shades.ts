import { hashName, RandomStream } from "../../runtime/random/philox.ts";
import { idx } from "../support/idx.ts";

/** Noisy pictures of three shades of grey, 120 to train and 30 to test. */
function pictures(part: "train" | "t10k", count: number): Record<string, Buffer> {
  const draws = new RandomStream(1, hashName(part));
  const kinds = Array.from({ length: count }, (_, i) => i % 3);
  const pixels = kinds.flatMap((kind) =>
    Array.from({ length: 16 }, () => Math.round(80 * (kind * 0.6 + draws.uniform() * 2))),
  );
  return {
    [`data/${part}-images-idx3-ubyte`]: idx([count, 4, 4], pixels),
    [`data/${part}-labels-idx1-ubyte`]: idx([count], kinds),
  };
}

/** Files of a network that learns them in moments. */
export const shades: Readonly<Record<string, string | Buffer>> = {
  "shades.cnn": `cnn 1
model Shades {
  input x: u8[1, 4, 4]
  logits = x -> normalize(mean=[0.5], std=[0.5]) -> flatten -> dense(3)
  output y: class[3] = softmax(logits)
  train { loss = cross_entropy(logits, y)  optimizer = sgd(lr=0.1)  batch = 4  epochs = 30 }
}
`,
  ...pictures("train", 120),
  ...pictures("t10k", 30),
};
