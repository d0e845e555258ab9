/** Words of other tools that have no counterpart: what is written instead. */
export const advice: Readonly<Record<string, string>> = {
  range: "a range is written with two dots, its end included: `repeat i in 0..2 { … }`",
  len: "the size of a value is asked behind a dot: `x.channels`",
  sequential: "a chain is a sequence of layers: `image -> conv(16, kernel=3) -> relu`",
  module_list: "layers follow each other in a chain, or in `repeat 3 { … }`",
  activation: "an activation is a layer of its own: `x -> relu`",
  input: "inputs are declared: `input image: f32[3, 32, 32]`",
  input_layer: "inputs are declared: `input image: f32[3, 32, 32]`",
  log_softmax: "outputs are `softmax`, and losses take the scores in front of it",
  squeeze: "the batch is not part of a shape; `flatten` makes a vector",
  unsqueeze: "the batch is not part of a shape",
  separable: "a separable convolution is two: one with `groups`, then one with `kernel=1`",
  print: "`cnnc summary FILE` shows the shapes of all layers",
};

/** Arguments that other tools want, and why there are none here. `drop`: without it the rest is right. */
export const needlessArguments: Readonly<Record<string, { readonly help: string; readonly drop?: true }>> = {
  in_channels: { help: "the channels that come in are known from the value", drop: true },
  in_features: { help: "the size that comes in is known from the value", drop: true },
  input_channels: { help: "the channels that come in are known from the value", drop: true },
  num_features: { help: "the channels that come in are known from the value", drop: true },
  input_shape: { help: "shapes are inferred from the `input` of the model", drop: true },
  input_dim: { help: "shapes are inferred from the `input` of the model", drop: true },
  inplace: {
    help: "the compiler plans the memory: results take over the place of operands that nobody needs",
    drop: true,
  },
  data_format: { help: "shapes are [C, H, W] always; the caller may pass pictures as H×W×C" },
  axis: { help: "channels are the first dimension, and the one that layers work on", drop: true },
  dim: { help: "channels are the first dimension, and the one that layers work on", drop: true },
  name: { help: "a layer is named behind it: `conv(8, kernel=3) as stem`" },
  training: { help: "whether a network trains is decided by the call, not by the file", drop: true },
  device: { help: "devices are no part of a network", drop: true },
  dtype: { help: "layers compute in f32", drop: true },
  kernel_regularizer: {
    help: "decay of weights is an option of the optimizer: `sgd(lr=0.05, weight_decay=5e-4)`",
    drop: true,
  },
  padding_mode: { help: "a convolution pads with zeros" },
  ceil_mode: { help: "windows that reach past the far edge are written as padding: `pad=[0, 1, 0, 1]`" },
};
