import { defineDiagnostics } from "../../../grammar/index.ts";

/** CNN3xx: types and shapes. CNN301 to CNN309, CNN340 to CNN352, CNN357 and CNN358 are raised by operators (opkit/diagnostics.ts). */
export const typeDiagnostics = defineDiagnostics({
  CNN301: {
    title: "value of the wrong rank",
    severity: "error",
    message: "`{operator}` takes {expected}, but gets {found}",
    explain: `A convolution and a pool work on a picture (C×H×W) or on a sequence (C×L), \`dense\` on a vector. \`flatten\` makes a
vector of either.

Wrong: \`image -> conv(6, kernel=5) -> dense(10)\`

Right: \`image -> conv(6, kernel=5) -> flatten -> dense(10)\``,
  },
  CNN302: {
    title: "window larger than its input",
    severity: "error",
    message: "the {window} window of `{operator}` does not fit into {input} (padding included)",
    explain: `Each convolution and pool makes the picture smaller; here it has become smaller than the window. The notes show
how the shape came about. Remove a pool, take a smaller kernel, or pad.

Wrong: \`x -> max_pool(2) -> max_pool(2) -> conv(16, kernel=5)\` on 8×8

Right: \`x -> max_pool(2) -> conv(16, kernel=3)\``,
  },
  CNN303: {
    title: "groups do not divide the channels",
    severity: "error",
    message: "`{operator}`: {channels} {what} channels cannot be split into {groups} groups",
    explain: `With \`groups=g\` the channels, in \`conv\` those of the input and of the output, are each cut into g equal parts.

Wrong: \`conv(16, kernel=3, groups=3)\` on 6 channels

Right: \`conv(18, kernel=3, groups=3)\` on 6 channels`,
  },
  CNN304: {
    title: "list does not fit the channels",
    severity: "error",
    message: "`{attribute}` of `{operator}` has length {length}, but the number of channels is {channels}",
    explain: `A list with one number per channel must be as long as the value has channels.

Wrong: \`normalize(mean=[0.5], std=[0.25])\` on a picture with 3 channels

Right: \`normalize(mean=[0.5, 0.5, 0.5], std=[0.25, 0.25, 0.25])\``,
  },
  CNN305: {
    title: "pad=same with a stride",
    severity: "error",
    message: "`pad=same` of `{operator}` means different things with a stride; write the padding itself",
    explain: `With a stride of 2 or more PyTorch and TensorFlow pad differently, and weights trained with one padding are wrong
with the other. So the padding is written out.

Wrong: \`conv(16, kernel=3, stride=2, pad=same)\`

Right: \`conv(16, kernel=3, stride=2, pad=1)\``,
  },
  CNN306: {
    title: "padding as large as the window",
    severity: "error",
    message: "`{operator}` pads by {pad}, which is not less than its window of {kernel}",
    explain: `A window that lies in the padding entirely has nothing to choose from.

Wrong: \`max_pool(2, pad=2)\`

Right: \`max_pool(3, stride=2, pad=1)\``,
  },
  CNN307: {
    title: "pool loses pixels",
    severity: "warning",
    message: "`{operator}` does not look at {lost}; {mend} keeps them",
    explain: `The windows do not reach the far edge, so these pixels have no influence on the result. Padding keeps them;
cutting the picture says that it is meant. A window of 1 with a stride picks every n-th row or column: there nothing is
reported.`,
  },
  CNN308: {
    title: "wrong element type",
    severity: "error",
    message: "`{operator}` takes {expected} values, but gets {found}",
    explain: `Pictures come in as bytes (u8); \`normalize\` turns them into numbers that layers compute with. Words come in as
tokens; \`embedding\` or \`one_hot\` makes vectors of them.

Wrong: \`input image: u8[1, 28, 28]   x = image -> conv(6, kernel=5)\`

Right: \`x = image -> normalize(mean=[0.286], std=[0.353]) -> conv(6, kernel=5)\``,
  },
  CNN309: {
    title: "loss and target do not fit",
    severity: "error",
    message: "`{loss}` needs {expected}; found {found}",
    explain: `A loss compares a value with the target of an output: their kinds and sizes must agree.

Wrong: \`cross_entropy(logits, label)\` with 10 logits for \`label: class[12]\`

Right: \`logits = … -> dense(12)\``,
  },
  CNN338: {
    title: "token outside the vocabulary",
    severity: "error",
    message: "`{operator}`: there is no token {token}; the last one is {last}",
    explain: `\`tokens[length] in vocabulary\` are whole numbers from 0 to vocabulary - 1.

Wrong: \`input words: tokens[64] in 1000   e = words -> embedding(50, padding=1000)\`

Right: \`input words: tokens[64] in 1000   e = words -> embedding(50, padding=0)\``,
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
  CNN340: {
    title: "operands of different shapes",
    severity: "error",
    message:
      "`{operator}` takes two values of the same shape, or one and a vector with a number per channel; found {first} and {second}",
    explain: `The two sides of a skip connection must have the same channels, rows and columns: give both paths the same
stride, and the side path a convolution with \`kernel=1\` where channels differ. A vector beside a picture has a number
for each of its channels.

Wrong: \`add(x -> conv(32, kernel=3, pad=1), x)\` where \`x\` has 16 channels

Right: \`add(x -> conv(32, kernel=3, pad=1), x -> conv(32, kernel=1))\``,
  },
  CNN341: {
    title: "operands that do not lie side by side",
    severity: "error",
    message: "`{operator}` joins values that differ in channels alone; found {first} and {second}",
    explain: `Channels are put one after another, pixel by pixel, so all operands have the same rows and columns: give the paths
the same stride and padding, or pool the larger value.

Wrong: \`concat(x -> conv(32, kernel=3), x -> conv(32, kernel=1))\`

Right: \`concat(x -> conv(32, kernel=3, pad=1), x -> conv(32, kernel=1))\``,
  },
  CNN342: {
    title: "axis that a value does not have",
    severity: "error",
    message: "`{operator}`: {shape} has no axis `{axis}`; it has {axes}",
    explain: `A picture C×H×W has \`channels\`, \`height\` and \`width\`, a sequence C×L \`channels\` and \`length\`, a vector
\`channels\` alone. Numbers count them from 0.

Wrong: \`x -> slice(height, 0, 2)\` on a vector

Right: \`x -> slice(channels, 0, 2)\``,
  },
  CNN343: {
    title: "slice beyond the axis",
    severity: "error",
    message: "`{operator}` from {start} to {end} is no part of {count}",
    explain: `A slice begins at \`start\` and ends before \`end\`; negative places count from the end. It holds one element at
least, and lies within the value.

Wrong: \`x -> slice(channels, 8, 20)\` on 16 channels

Right: \`x -> slice(channels, 8, 16)\`, \`x -> slice(channels, -8)\``,
  },
  CNN344: {
    title: "shape of another size",
    severity: "error",
    message: "`{operator}` cannot make {shape} of {count} numbers ({found})",
    explain: `The result has just the numbers of the operand. One dimension may be \`-1\`: it becomes what is left.

Wrong: \`x -> reshape([8, -1])\` on 3×10×10

Right: \`x -> reshape([6, -1])\``,
  },
  CNN345: {
    title: "order that is none of the axes",
    severity: "error",
    message: "`order` of `{operator}` must name each of {axes} once; found {order}",
    explain: `\`order\` tells for each axis of the result which axis of the operand it is; 0 is channels, 1 and 2 are height and
width, or 1 the length of a sequence.

Wrong: \`x -> permute([0, 2])\` on a picture

Right: \`x -> permute([0, 2, 1])\``,
  },
  CNN346: {
    title: "parts that do not make up the value",
    severity: "error",
    message: "`{operator}` cannot cut {count} into {parts}",
    explain: `A number of parts divides the axis evenly; a list has the size of each part, and the sizes add up.

Wrong: \`x -> split(3)\` on 16 channels

Right: \`x -> split([5, 5, 6])\``,
  },
  CNN347: {
    title: "mirror image larger than the value",
    severity: "error",
    message: "`{operator}` cannot mirror {amount} of {count}",
    explain: `\`mode=reflect\` mirrors about the outermost element, which is not repeated: n elements give n - 1 at each side.
\`mode=edge\` repeats the outermost element as often as needed.

Wrong: \`x -> pad(4, mode=reflect)\` on 3×4×4

Right: \`x -> pad(3, mode=reflect)\``,
  },
  CNN348: {
    title: "argument without a meaning",
    severity: "error",
    message: "`{attribute}` of `{operator}` means nothing with `{other}`",
    explain: `Some arguments say more about one way of working and have no say in another.

Wrong: \`x -> resize(32, align_corners=true)\`, \`x -> pad(1, mode=edge, value=0.5)\`

Right: \`x -> resize(32, mode=bilinear, align_corners=true)\`, \`x -> pad(1, value=0.5)\``,
  },
  CNN350: {
    title: "moments of a single number",
    severity: "error",
    message: "`{operator}` would standardise every number by itself, and all results would be 0",
    explain: `The mean of one number is the number itself: what is left after subtracting it is 0, whatever comes in. \`instance_norm\`
needs rows and columns, \`layer_norm\` several channels, \`group_norm\` one of both in each group.

Wrong: \`dense(64) -> instance_norm\`

Right: \`dense(64) -> layer_norm\``,
  },
  CNN351: {
    title: "output padding as large as the stride",
    severity: "error",
    message: "`output_pad` of `{operator}` is {more}, but must be less than the larger of stride and dilation, {least}",
    explain: `A convolution with a stride s makes the same of several sizes, up to s - 1 apart; \`output_pad\` says to which of them its
transpose leads back.

Wrong: \`conv_transpose(8, kernel=3, stride=2, output_pad=2)\`

Right: \`conv_transpose(8, kernel=3, stride=2, pad=1, output_pad=1)\``,
  },
  CNN352: {
    title: "padding that cuts everything away",
    severity: "error",
    message: "`pad` of `{operator}` cuts the whole result away, which is {size} without it",
    explain: `The padding of a transposed convolution is cut off its result: with \`pad=p\` that is 2·p rows and 2·p columns less.

Wrong: \`conv_transpose(8, kernel=2, stride=2, pad=2)\` on 1×2×2

Right: \`conv_transpose(8, kernel=2, stride=2)\``,
  },
  CNN357: {
    title: "argument beyond what another one allows",
    severity: "error",
    message: "`{attribute}` of `{operator}` must be {expected}; it is {found}",
    explain: `A Fourier transform is as long as the piece of the signal that it takes, or longer (\`fft\`); the frequencies of a
signal end at half its rate (\`fmax\`); there are as many coefficients as bands, or fewer.

Wrong: \`wave -> log_mel(rate=8kHz, fmax=6kHz)\`

Right: \`wave -> log_mel(rate=8kHz, fmax=4kHz)\``,
  },
  CNN358: {
    title: "bands of frequencies that see nothing",
    severity: "warning",
    message: "{empty} of the {bands} bands of `{operator}` lie between two bins, which are {apart} Hz apart",
    explain: `A Fourier transform of F samples tells the power at F/2 + 1 frequencies, rate/F apart. On the mel scale low bands
are narrow: where one fits between two of these frequencies it is always silent. Take fewer bands, a longer window, or a
larger \`fft\`, whose bins lie closer.

Wrong: \`wave -> log_mel(rate=16kHz, window=8ms, bands=64)\`

Right: \`wave -> log_mel(rate=16kHz, window=8ms, bands=64, fft=1024)\``,
  },
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
});
