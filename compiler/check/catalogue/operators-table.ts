import { defineDiagnostics } from "../../../grammar/index.ts";

/** CNN3xx that operators raise about their operands and attributes (opkit/diagnostics.ts). */
export const operatorDiagnostics = defineDiagnostics({
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
});
