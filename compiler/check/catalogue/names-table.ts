import { defineDiagnostics } from "../../../grammar/index.ts";

/** CNN201 to CNN249 and CNN271 to CNN276: names, arguments and what a model must have. */
export const nameDiagnostics = defineDiagnostics({
  CNN201: {
    title: "unknown value",
    severity: "error",
    message: "there is no value called `{name}`",
    explain: `A name stands for an input, a value defined before (\`name = …\`) or a parameter of the model.

Wrong: \`logits = imge -> conv(6, kernel=5)\`

Right: \`logits = image -> conv(6, kernel=5)\``,
  },
  CNN202: {
    title: "unknown word",
    severity: "error",
    message: "there is no {kind} called `{name}`",
    explain: `The words behind \`->\` and in front of \`(\` are operators; losses, optimizers, schedules and gradient clips
have their places in the \`train\` section.

Wrong: \`x = image -> convolution(6, kernel=5)\`

Right: \`x = image -> conv(6, kernel=5)\``,
  },
  CNN203: {
    title: "word of another kind",
    severity: "error",
    message: "`{name}` is {found}, not {expected}",
    explain: `Operators compute values in a chain; losses, optimizers, schedules, gradient clips and initializers are
settings of the \`train\` section or of an operator. One cannot stand in the place of the other.

Wrong: \`logits -> cross_entropy\`

Right: \`train { loss = cross_entropy(logits, label) … }\``,
  },
  CNN204: {
    title: "name used twice",
    severity: "error",
    message: "`{name}` is already the name of {what}",
    explain: `Within a model a name means one thing: inputs, values, outputs and parameters share one set of names. A value
cannot be assigned again, because weights are stored under the names of values.

Wrong: \`x = image -> conv(6, kernel=5)  x = x -> relu\`

Right: \`x = image -> conv(6, kernel=5)  y = x -> relu\``,
  },
  CNN205: {
    title: "used before it is defined",
    severity: "error",
    message: "`{name}` is used before it is defined",
    explain: `A model reads from top to bottom: a value is defined above its first use.

Wrong: \`y = x -> relu  x = image -> flatten\`

Right: \`x = image -> flatten  y = x -> relu\``,
  },
  CNN206: {
    title: "defined by itself",
    severity: "error",
    message: "`{name}` is defined by itself",
    explain: `A network is a graph without cycles; a value cannot be part of its own definition.

Wrong: \`x = x -> relu\`

Right: \`y = x -> relu\``,
  },
  CNN207: {
    title: "unused value",
    severity: "warning",
    message: "`{name}` is never used",
    explain: `A value that leads to no output and no loss is most likely a mistake: it is not compiled, and its layers have
no parameters in the weight file. Use it, make it an \`output\`, or remove it.`,
  },
  CNN208: {
    title: "an output is not a value",
    severity: "error",
    message: "`{name}` is an output; it is not a value of the network",
    explain: `The name of an output is what callers read, and in a loss it stands for the target. To use the same numbers in
the network, give the value a name and use that.

Wrong: \`output p: f32[10] = logits -> softmax   q = p -> dense(3)\`

Right: \`s = logits -> softmax   output p: f32[10] = s   q = s -> dense(3)\``,
  },
  CNN209: {
    title: "unknown argument",
    severity: "error",
    message: "`{operator}` has no argument `{name}`",
    explain: `Each operator declares its arguments; an unknown one would be silently ignored otherwise.

Wrong: \`conv(6, kernel=5, padding=2)\`

Right: \`conv(6, kernel=5, pad=2)\``,
  },
  CNN210: {
    title: "argument given twice",
    severity: "error",
    message: "`{name}` of `{operator}` is given twice",
    explain: `Wrong: \`conv(6, channels=8, kernel=5)\` (the 6 is \`channels\` already)

Right: \`conv(8, kernel=5)\``,
  },
  CNN211: {
    title: "missing argument",
    severity: "error",
    message: "`{operator}` needs {missing}",
    explain: `The argument has no default: there is no value that would be right in most networks.

Wrong: \`conv(6)\`

Right: \`conv(6, kernel=5)\``,
  },
  CNN212: {
    title: "positional after named",
    severity: "error",
    message: "an argument without a name stands behind a named one",
    explain: `Positional arguments come first, in the operator's order; behind a named one it could not be told which is meant.

Wrong: \`conv(kernel=5, 6)\`

Right: \`conv(6, kernel=5)\``,
  },
  CNN213: {
    title: "too many arguments",
    severity: "error",
    message: "`{operator}` takes {takes}; this is one more",
    explain: `As a link of a chain an operator gets the incoming value by itself; it is not written again.

Wrong: \`image -> relu(image)\`

Right: \`image -> relu\` or \`relu(image)\``,
  },
  CNN214: {
    title: "unknown attribute of a value",
    severity: "error",
    message: "a value has no attribute `{name}`",
    explain: `At compile time a value tells its \`.channels\`, \`.height\`, \`.width\`, \`.length\` and \`.size\` (all its numbers).

Wrong: \`dense(x.units)\`

Right: \`dense(x.size)\``,
  },
  CNN215: {
    title: "layer name used twice",
    severity: "error",
    message: "the layer name `{name}` is used twice",
    explain: `Weights are stored under the names of layers, so two layers never share one. \`as\` gives a layer a name of its own.

Wrong: \`conv(8, kernel=3) as stem -> conv(8, kernel=3) as stem\`

Right: \`conv(8, kernel=3) as stem -> conv(8, kernel=3) as body\``,
  },
  CNN216: {
    title: "unknown type",
    severity: "error",
    message: "there is no type `{name}` for {place}",
    explain: `Inputs are \`u8[C, H, W]\`, \`f32[…]\` or \`tokens[length] in vocabulary\`; outputs are \`class(…)\`, \`labels(…)\`, \`mask[H, W]\` or \`f32[…]\`.

Wrong: \`input image: uint8[1, 28, 28]\`

Right: \`input image: u8[1, 28, 28]\``,
  },
  CNN217: {
    title: "unknown setting",
    severity: "error",
    message: "`train` has no setting `{name}`",
    explain: `The settings are \`loss\`, \`optimizer\`, \`schedule\`, \`clip\`, \`freeze\`, \`lr_scale\`, \`ema\`,
\`batch\`, \`accumulate\`, \`memory\` and \`epochs\`.

Wrong: \`train { optimiser = sgd(lr=0.1) … }\`

Right: \`train { optimizer = sgd(lr=0.1) … }\``,
  },
  CNN218: {
    title: "given twice",
    severity: "error",
    message: "`{name}` is given twice",
    explain: `A model has one \`train\` and one \`budget\` section, and each setting and limit stands once. Each input has one
\`augment\` line, whose links act one after the other.`,
  },
  CNN219: {
    title: "missing setting",
    severity: "error",
    message: "`train` needs {missing}",
    explain: `\`loss\` and \`optimizer\` have no default. \`schedule\` is constant, \`batch\` 32 and \`epochs\` 10 unless given.

Wrong: \`train { loss = cross_entropy(logits, label) }\`

Right: \`train { loss = cross_entropy(logits, label)  optimizer = sgd(lr=0.05) }\``,
  },
  CNN220: {
    title: "no model",
    severity: "error",
    message: "the file has no model",
    explain: `There is nothing to compile: a file declares at least one \`model NAME { input …  output … }\`.`,
  },
  CNN221: {
    title: "several models",
    severity: "error",
    message: "the file has {count} models; say which one is meant",
    explain: `A build, a summary or a training run is of one model. Choose it with \`--model NAME\`.`,
  },
  CNN222: {
    title: "no such model",
    severity: "error",
    message: "the file has no model `{name}`",
    explain: `\`--model\` names a model that the file does not declare.`,
  },
  CNN223: {
    title: "model without input",
    severity: "error",
    message: "model `{name}` has no input",
    explain: `Wrong: \`model M { output y: f32[3] = x }\`

Right: \`model M { input x: f32[3]  output y: f32[3] = x -> relu }\``,
  },
  CNN224: {
    title: "model without output",
    severity: "error",
    message: "model `{name}` has no output",
    explain: `What a model computes is read through its outputs; without one nothing needs to be computed.

Wrong: \`model M { input x: f32[3] }\`

Right: \`model M { input x: f32[3]  output y: f32[3] = x -> relu }\``,
  },
  CNN225: {
    title: "unknown parameter",
    severity: "error",
    message: "model `{model}` has no parameter `{name}`",
    explain: `\`--set NAME=VALUE\` replaces the default of a parameter that the model declares in its head.

Wrong: \`--set widht=32\` for \`model Net(width=16) { … }\`

Right: \`--set width=32\``,
  },
  CNN226: {
    title: "parameter without value",
    severity: "error",
    message: "the parameter `{name}` has no value",
    explain: `A model's parameter has a default, or is set from outside.

Wrong: \`model Net(width) { … }\` without \`--set width=16\`

Right: \`model Net(width=16) { … }\``,
  },
  CNN227: {
    title: "unknown limit",
    severity: "error",
    message: "`budget` has no limit `{name}`",
    explain: `The limits are \`params\` (learned numbers), \`macs\` (multiply-accumulates of one sample) and \`arena\` (bytes of
working memory, inference, batch 1).

Wrong: \`budget { flops < 1M }\`

Right: \`budget { macs < 0.5M }\``,
  },
  CNN228: {
    title: "no value to work on",
    severity: "error",
    message: "`{operator}` has no value to work on",
    explain: `An operator, or a block, gets its value from the chain, or as its first argument.

Wrong: \`x = conv(6, kernel=5)\`

Right: \`x = image -> conv(6, kernel=5)\` or \`x = conv(image, 6, kernel=5)\``,
  },
  CNN230: {
    title: "name that generated code cannot have",
    severity: "error",
    message: "a model cannot be called `{name}`: the word is taken in {language}",
    explain: `The name of a model becomes the name of a constant and a type in TypeScript and of functions in C.

Wrong: \`model default { … }\`

Right: \`model Default { … }\``,
  },
  CNN229: {
    title: "a function is not a layer",
    severity: "error",
    message: "`{name}` computes with numbers at compile time; it is not a layer",
    explain: `\`min\`, \`max\`, \`floor\` and \`ceil\` are for sizes, as in \`conv(max(8, width), kernel=3)\`.

Wrong: \`x -> max\`

Right: \`x -> max_pool(2)\``,
  },
  CNN271: {
    title: "no augmentation",
    severity: "error",
    message: "{what} cannot stand in an `augment` line",
    explain: `The line lists augmentations, each of which acts on the result of the one before it.

Wrong: \`augment image -> repeat 2 { shift(0.1) }\`

Right: \`augment image -> shift(0.1) -> shift(0.1)\``,
  },
  CNN272: {
    title: "unknown part",
    severity: "error",
    message: "no parameter's name begins with `{name}`",
    explain: `A part is a value, a use of a block, a layer, a shared declaration or a single parameter, by the name that its parameters
begin with; \`cnnc summary\` shows them. Where there are numbers of rounds in it, it stands in quotes.

Wrong: \`freeze = feature\` for a value \`features\`

Right: \`freeze = features\` or \`freeze = "features.Residual1.0"\``,
  },
  CNN273: {
    title: "in two parts",
    severity: "error",
    message: "the parameter `{name}` is in two parts",
    explain: `A parameter is frozen, or has one factor of its learning rate: parts do not overlap.

Wrong: \`freeze = features  lr_scale = features.conv1 * 0.1\`

Right: \`freeze = features.conv2  lr_scale = features.conv1 * 0.1\``,
  },
  CNN274: {
    title: "nothing learns",
    severity: "error",
    message: "all parameters are frozen",
    explain: `A training step would change nothing. What is not frozen learns: leave out the part that should.

Wrong: \`freeze = [features, logits]\`, where there is nothing else

Right: \`freeze = features\``,
  },
  CNN275: {
    title: "pixels are moved after they were changed",
    severity: "error",
    message: "`{name}` moves pixels, and stands behind `{before}`, which changes them",
    explain: `All links that move pixels are one sampling of the picture, so they come first in an \`augment\` line, and those that change
colours follow.

Wrong: \`augment image -> brightness(0.8..1.2) -> flip(horizontal)\`

Right: \`augment image -> flip(horizontal) -> brightness(0.8..1.2)\``,
  },
  CNN276: {
    title: "a mask of two moved pictures",
    severity: "error",
    message: "the mask `{mask}` cannot be moved as `{first}` and as `{second}`",
    explain: `In training the targets of masks are moved as the picture is. Where two inputs are moved, each in its own way, no mask fits both.

Wrong: \`augment left -> flip(horizontal)  augment right -> flip(horizontal)\` in a model with a mask

Right: \`augment left -> flip(horizontal)  augment right -> brightness(0.8..1.2)\``,
  },
});
