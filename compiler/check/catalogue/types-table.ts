import { defineDiagnostics } from "../../../grammar/index.ts";

/** CNN3xx: types and shapes, as the checker finds them. */
export const typeDiagnostics = defineDiagnostics({
  CNN310: {
    title: "argument of the wrong kind",
    severity: "error",
    message: "`{name}` of `{operator}` must be {expected}; found {found}",
    explain: `Wrong: \`conv(6, kernel=2.5)\`

Right: \`conv(6, kernel=3)\``,
  },
  CNN311: {
    title: "arithmetic with values of the network",
    severity: "error",
    message: "`{operator}` works on numbers that are known at compile time, not on values of the network",
    explain: `In a network values are combined by operators; signs are for sizes and for losses.

Wrong: \`sum = a + b\`

Right: \`sum = add(a, b)\``,
  },
  CNN312: {
    title: "number where a value is needed",
    severity: "error",
    message: "{place} must be a value of the network; found {found}",
    explain: `A chain starts with an input or with a value computed from one.

Wrong: \`x = 3 -> relu\`

Right: \`x = image -> relu\``,
  },
  CNN313: {
    title: "sign and operand do not fit",
    severity: "error",
    message: "`{operator}` needs {expected}; found {found}",
    explain: `\`+ - * / %\` and \`< <= > >=\` take numbers, \`and or not\` take true or false, \`==\` and \`!=\` take two of one kind.

Wrong: \`width + true\``,
  },
  CNN314: {
    title: "no finite result",
    severity: "error",
    message: "`{expression}` has no finite result",
    explain: `A division by zero, or a number beyond 1.8e308.`,
  },
  CNN315: {
    title: "reversed range",
    severity: "error",
    message: "the range ends at {to}, before it starts at {from}",
    explain: `Wrong: \`class(9..0)\`

Right: \`class(0..9)\``,
  },
  CNN316: {
    title: "bad dimensions",
    severity: "error",
    message: "the dimensions of {what} must be {expected}; found {found}",
    explain: `A shape is [C, H, W] for pictures, [C, L] for sequences or [C] for vectors, each a whole number of 1 or more. The
batch is not written.

Wrong: \`input image: u8[64, 1, 28, 28]\`

Right: \`input image: u8[1, 28, 28]\``,
  },
  CNN317: {
    title: "output contradicts its value",
    severity: "error",
    message: "output `{name}` is declared {declared}, but its value is {found}",
    explain: `The type of an output is a promise to callers, checked against what the network computes. The notes show how the
shape came about.

Wrong: \`output y: f32[10] = x -> dense(12)\`

Right: \`output y: f32[12] = x -> dense(12)\``,
  },
  CNN318: {
    title: "class output without probabilities",
    severity: "error",
    message: "class output `{name}` needs probabilities, but gets the result of `{found}`",
    explain: `Callers of a class output read probabilities. \`softmax\` makes them from scores. The loss takes the scores
themselves.

Wrong: \`output label: class(0..9) = logits\`

Right: \`output label: class(0..9) = logits -> softmax\``,
  },
  CNN319: {
    title: "number of classes contradicts the value",
    severity: "error",
    message: "output `{name}` has {classes} {what}, but its value has {found}",
    explain: `There is one probability per class.

Wrong: \`output label: class("a", "b", "c") = x -> dense(2) -> softmax\`

Right: \`output label: class("a", "b", "c") = x -> dense(3) -> softmax\``,
  },
  CNN320: {
    title: "bad labels",
    severity: "error",
    message: "the labels of `{name}`: {problem}",
    explain: `Labels are two or more different strings, or a range of whole numbers (\`0..9\`). They become a union type in
TypeScript.

Wrong: \`class("cat", "dog", "cat")\`

Right: \`class("cat", "dog", "horse")\``,
  },
  CNN321: {
    title: "bad setting",
    severity: "error",
    message: "`{name}` must be {expected}; found {found}",
    explain: `Wrong: \`batch = 0\`, \`loss = 3\`, \`optimizer = 0.05\`

Right: \`batch = 64\`, \`loss = cross_entropy(logits, label)\`, \`optimizer = sgd(lr=0.05)\``,
  },
  CNN322: {
    title: "loss target that is no output",
    severity: "error",
    message: "the target of `{loss}` must be an output of the model; `{found}` is {what}",
    explain: `In a loss the name of an output means its target, which training data provides.

Wrong: \`cross_entropy(logits, logits)\`

Right: \`cross_entropy(logits, label)\``,
  },
  CNN323: {
    title: "loss without target",
    severity: "error",
    message: "the loss compares nothing with a target",
    explain: `Without a target there is nothing to learn from.

Wrong: \`loss = 0.5\`

Right: \`loss = cross_entropy(logits, label)\``,
  },
  CNN324: {
    title: "unit that means nothing here",
    severity: "error",
    message: "`{name}` does not take {measure}; found `{text}`",
    explain: `Units of time, angle, frequency and memory stand where such a quantity is expected; \`K\`, \`M\` and \`G\` stand
everywhere.

Wrong: \`conv(6, kernel=5ms)\``,
  },
  CNN325: {
    title: "attribute that this shape lacks",
    severity: "error",
    message: "this value ({shape}) has no `.{name}`",
    explain: `\`.height\` and \`.width\` are of pictures (C×H×W), \`.length\` is of sequences (C×L); \`.channels\` and \`.size\` are of all.`,
  },
  CNN326: {
    title: "arguments of a function",
    severity: "error",
    message: "`{function}` takes {expected}; found {found}",
    explain: `\`min\` and \`max\` take one number or more, or a list of them; \`floor\` and \`ceil\` take one number.

Wrong: \`floor(3, 2)\`

Right: \`floor(3 / 2)\``,
  },
  CNN327: {
    title: "type written in the wrong form",
    severity: "error",
    message: "`{type}` is written {expected}",
    explain: `Wrong: \`input image: u8(1, 28, 28)\`, \`output label: class\`

Right: \`input image: u8[1, 28, 28]\`, \`output label: class(0..9)\``,
  },
  CNN329: {
    title: "layer that the loss does not see",
    severity: "error",
    message: "`{layer}` cannot learn: the loss does not depend on it",
    explain: `In a model that trains, each layer with parameters must lead to a value that the loss compares. Most often the
loss names the wrong value. A layer that is not meant to learn belongs into a model without \`train\`.

Wrong: \`loss = cross_entropy(other, label)\` for \`output label: class(0..9) = logits -> softmax\`

Right: \`loss = cross_entropy(logits, label)\``,
  },
  CNN328: {
    title: "class or labels output of a picture",
    severity: "error",
    message: "{kind} output `{name}` needs a vector of probabilities, but its value is {found}",
    explain: `A class output chooses one label per sample, so its value is a vector with one probability per class.

Wrong: \`output label: class(0..9) = x -> conv(10, kernel=1) -> softmax\`

Right: \`output label: class(0..9) = x -> flatten -> dense(10) -> softmax\``,
  },
  CNN330: {
    title: "shared parameters of two shapes",
    severity: "error",
    message: "the shared `{name}` would be {shape} here, but it is {first} already",
    explain: `All uses of shared layers have the same parameters, so values of the same shape (as far as the parameters depend
on it) must come in.

Wrong: \`shared fc = dense(10)   a = x -> fc\` for a vector of 64 and \`b = y -> fc\` for one of 32

Right: \`b = y -> dense(64) -> fc\``,
  },
  CNN331: {
    title: "condition that is not true or false",
    severity: "error",
    message: "the condition of `if` must be true or false; found {found}",
    explain: `\`if\` chooses when the network is compiled: by parameters and by sizes of values, never by what the network
computes.

Wrong: \`if channels { … }\`, \`if x { … }\`

Right: \`if channels > 8 { … }\`, \`if x.channels == 8 { … }\``,
  },
  CNN332: {
    title: "repeat of no whole number",
    severity: "error",
    message: "`repeat` takes a whole number, 0 or more; found {found}",
    explain: `Wrong: \`x -> repeat 1.5 { relu }\`

Right: \`x -> repeat 2 { relu }\``,
  },
  CNN333: {
    title: "repeat through no list",
    severity: "error",
    message: "`repeat {name} in` takes a list or a range of whole numbers; found {found}",
    explain: `Wrong: \`x -> repeat c in 3 { conv(c, kernel=3) }\`

Right: \`x -> repeat c in [16, 32, 64] { conv(c, kernel=3) }\`, \`x -> repeat i in 1..3 { conv(8 * i, kernel=3) }\``,
  },
  CNN334: {
    title: "labels or mask without probabilities",
    severity: "error",
    message: "output `{name}` needs a probability for each {part}, but gets the result of `{found}`",
    explain: `Each label of a \`labels\` output, and each pixel of a \`mask\`, is there or not by itself, so its probability is that
of a \`sigmoid\`; \`softmax\` chooses one of several.

Wrong: \`output marks: labels("dog", "cat") = logits\`

Right: \`output marks: labels("dog", "cat") = logits -> sigmoid\``,
  },
  CNN335: {
    title: "mask of another size",
    severity: "error",
    message: "mask `{name}` is declared {declared}, but its value is {found}",
    explain: `The value of a mask of height H and width W is a picture of one channel, 1×H×W.

Wrong: \`output area: mask[64, 64] = x\` where x is 3×64×64

Right: \`output area: mask[64, 64] = x -> conv(1, kernel=1) -> sigmoid\``,
  },
  CNN336: {
    title: "list for other axes",
    severity: "error",
    message: "`{name}` of `{operator}` takes {expected} for {what}; found {found}",
    explain: `A window slides along the rows and columns of a picture (C×H×W), so a list has a number for each of the two; along a
sequence (C×L) there is one. A number alone stands for every axis.

Wrong: \`x -> conv(16, kernel=[3, 3])\` where x is a sequence, 8×128

Right: \`x -> conv(16, kernel=3)\``,
  },
  CNN355: {
    title: "channels that come in are not written",
    severity: "warning",
    message: "the first number is the channels that come out, not those that come in",
    explain: `PyTorch's \`Conv2d(in, out, kernel)\` names the channels that come in first. Here they are known, and the first
number is the channels that come out, the second the window, the third the stride: with three numbers in PyTorch's order
the window is as large as the layer was meant to be wide. A window of more than 11 rows that moves by less than its size
is in no known network, so the order is asked about.

Wrong: \`image -> conv(3, 16, 3)\` on 3 channels

Right: \`image -> conv(16, 3)\`, or \`image -> conv(channels=3, kernel=16, stride=3)\` where it is meant`,
  },
  CNN356: {
    title: "shape in the order H, W, C",
    severity: "warning",
    message: "`{name}` has {channels} channels of {height}×{width}: a shape is [C, H, W]",
    explain: `TensorFlow and picture files have the channels last, this language has them first, like PyTorch and ONNX. A
picture of one, three or four columns and many channels is most likely written in the other order. The caller may still
pass the bytes as they come from a decoder, with \`layout: "hwc"\`.

Wrong: \`input image: u8[28, 28, 1]\`

Right: \`input image: u8[1, 28, 28]\``,
  },
});
