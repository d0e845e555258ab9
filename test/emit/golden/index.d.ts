// Compiled from lenet.cnn by cnnc 0.1.0. Made anew by each build.
import type { ClassOutput, Input, ModelClass, Net } from "cnnc/runtime";

/** LeNet-5 (LeCun et al. 1998) on 28×28 grey pictures of clothes. */
export declare const LeNet: ModelClass<LeNetTypes>;

/** A loaded LeNet. */
export type LeNet = Net<LeNetTypes>;

/** What goes into LeNet and comes out of it. */
export interface LeNetTypes {
  inputs: {
    image: Input<Uint8Array, readonly [1, 28, 28]>;
  };
  outputs: {
    /** What the picture shows. */
    clothing: ClassOutput<
      | "T-shirt"
      | "Trouser"
      | "Pullover"
      | "Dress"
      | "Coat"
      | "Sandal"
      | "Shirt"
      | "Sneaker"
      | "Bag"
      | "Ankle boot"
    >;
  };
  targets: "clothing";
  metrics: "clothing.accuracy";
}
