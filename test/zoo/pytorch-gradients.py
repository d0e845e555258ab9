"""Loss and gradients of a training step by PyTorch, in float64, of a network that is read from its exported ONNX graph.

Usage: pytorch-gradients.py FOLDER. In it stand net.onnx and step.json, which names files of raw little-endian numbers for
inputs and targets; the gradient of each weight is written beside them as NAME.f64, the loss is printed.
"""
import json
import pathlib
import sys

try:
    import numpy as np
    import onnx
    import onnx.numpy_helper
    import torch
    import torch.nn.functional as F
except ImportError as error:
    sys.exit(f"{error}: `apt-get install python3-torch libopenblas0-openmp python3-onnx` installs PyTorch and ONNX")

folder = pathlib.Path(sys.argv[1])
step = json.loads((folder / "step.json").read_text())
graph = onnx.load(str(folder / "net.onnx")).graph


def numbers(file, dtype, shape):
    return torch.from_numpy(np.fromfile(folder / file, dtype=dtype).reshape(shape).copy())


def padded(x, pads, value):
    """ONNX has all sides before, then all sides behind; PyTorch the last axis first, its two sides together."""
    axes = len(pads) // 2
    sides = [side for axis in reversed(range(axes)) for side in (pads[axis], pads[axes + axis])]
    return F.pad(x, sides, value=value)


def conv(x, weight, bias=None, *, strides, pads, group, dilations=None, kernel_shape):
    op = F.conv1d if len(kernel_shape) == 1 else F.conv2d
    return op(padded(x, pads, 0.0), weight, bias, strides, 0, dilations or 1, group)


def conv_transpose(x, weight, bias=None, *, strides, pads, group, dilations=None, kernel_shape, output_padding=None):
    """Without pads, then cut by them: behind a pad that is smaller there is more, before the cut, than zeros."""
    op, axes = (F.conv_transpose1d if len(kernel_shape) == 1 else F.conv_transpose2d), len(kernel_shape)
    extra = output_padding or [0] * axes
    y = op(x, weight, None, strides, 0, 0, group, dilations or 1)
    y = padded(y, [-pad for pad in pads[:axes]] + [more - pad for pad, more in zip(pads[axes:], extra)], 0.0)
    return y if bias is None else y + bias.reshape(-1, *[1] * axes)


def max_pool(x, *, kernel_shape, strides, pads):
    op = F.max_pool1d if len(kernel_shape) == 1 else F.max_pool2d
    return op(padded(x, pads, -torch.inf), kernel_shape, strides)


def average_pool(x, *, kernel_shape, strides, pads=None, count_include_pad=0):
    """The mean of what counts: a sum over the window by the number of its positions that do."""
    op = F.avg_pool1d if len(kernel_shape) == 1 else F.avg_pool2d
    pads = pads or [0] * (2 * len(kernel_shape))
    counted = op(padded(torch.ones_like(x[:1, :1]), pads, float(count_include_pad)), kernel_shape, strides)
    return op(padded(x, pads, 0.0), kernel_shape, strides) / counted


def batch_norm(x, scale, shift, mean, variance, *, epsilon, momentum):
    """As in training: by the moments of the batch."""
    return F.batch_norm(x, None, None, scale, shift, True, 1 - momentum, epsilon)


def pad(x, pads, *, mode):
    """Of pictures, whose rows and columns are padded alone."""
    return F.pad(x, [pads[3], pads[7], pads[2], pads[6]], mode)


def unsqueeze(x, axes):
    for axis in axes.tolist():
        x = x.unsqueeze(axis)
    return x


def positions(x):
    return list(range(2, x.dim()))


operators = {
    "Add": torch.add,
    "AveragePool": average_pool,
    "BatchNormalization": batch_norm,
    "Cast": lambda x, to: x.double(),
    "Clip": lambda x, low, high: torch.minimum(torch.maximum(x, low), high),
    "Concat": lambda *x, axis: torch.cat(x, axis),
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "Div": torch.div,
    "Elu": lambda x, alpha: F.elu(x, alpha),
    "Erf": torch.erf,
    "Flatten": lambda x, axis: x.flatten(axis),
    "Gather": lambda table, at: table[at.long()],
    "Gemm": lambda x, weight, bias=None, transB=1: F.linear(x, weight, bias),
    "GlobalAveragePool": lambda x: x.mean(positions(x), keepdim=True),
    "GlobalMaxPool": lambda x: x.amax(positions(x), keepdim=True),
    "HardSigmoid": lambda x, alpha, beta: torch.clamp(alpha * x + beta, 0, 1),
    "HardSwish": lambda x: x * torch.clamp(x / 6 + 0.5, 0, 1),
    "Identity": lambda x: x,
    "LeakyRelu": lambda x, alpha: F.leaky_relu(x, alpha),
    "Log": torch.log,
    "LogSoftmax": lambda x, axis: F.log_softmax(x, axis),
    "MatMul": torch.matmul,
    "Max": torch.maximum,
    "MaxPool": max_pool,
    "Mul": torch.mul,
    "Neg": torch.neg,
    "Pad": pad,
    "PRelu": lambda x, slope: torch.where(x > 0, x, slope * x),
    "Relu": torch.relu,
    "Reshape": lambda x, shape, allowzero=0: x.reshape([x.shape[i] if n == 0 else n for i, n in enumerate(shape.tolist())]),
    "Sigmoid": torch.sigmoid,
    "Slice": lambda x, begin, end, axis: x.narrow(int(axis), int(begin), int(end) - int(begin)),
    "Softmax": lambda x, axis: F.softmax(x, axis),
    "Sub": torch.sub,
    "Tanh": torch.tanh,
    "Transpose": lambda x, perm: x.permute(perm),
    "Unsqueeze": unsqueeze,
}


def run(values):
    """Every node of the graph; a value that is there already has its name for good."""
    for node in graph.node:
        if node.op_type not in operators:
            sys.exit(f"{node.name}: there is no {node.op_type} among the operators of {__file__}")
        attributes = {it.name: onnx.helper.get_attribute_value(it) for it in node.attribute}
        operands = [values[name] for name in node.input]
        values[node.output[0]] = operators[node.op_type](*operands, **attributes)


def loss_of(term, values, targets):
    if term["kind"] == "constant":
        return term["value"]
    if term["kind"] == "binary":
        left, right = (loss_of(term[side], values, targets) for side in ("left", "right"))
        return {"+": torch.add, "-": torch.sub, "*": torch.mul, "/": torch.div}[term["operator"]](
            torch.as_tensor(left, dtype=torch.float64), torch.as_tensor(right, dtype=torch.float64)
        )
    prediction, target = values[term["prediction"]], targets[term["target"]]
    if term["name"] == "cross_entropy":
        return F.cross_entropy(prediction, target.long(), label_smoothing=term["attributes"]["label_smoothing"])
    if term["name"] == "binary_cross_entropy":
        return F.binary_cross_entropy_with_logits(prediction, target.double().reshape(prediction.shape))
    if term["name"] == "dice":
        p, t = torch.sigmoid(prediction).flatten(1), target.double().reshape(len(prediction), -1)
        smooth = term["attributes"]["smooth"]
        return (1 - (2 * (p * t).sum(1) + smooth) / (p.sum(1) + t.sum(1) + smooth)).mean()
    return F.mse_loss(prediction, target.double().reshape(prediction.shape))


def main():
    trained = set(step["trained"])
    values = {}
    for initializer in graph.initializer:
        value = torch.from_numpy(onnx.numpy_helper.to_array(initializer).copy())
        value = value.double() if value.is_floating_point() else value
        values[initializer.name] = value.requires_grad_(initializer.name in trained)
    weights = {name: values[name] for name in trained}
    for it in step["inputs"]:
        value = numbers(it["file"], it["dtype"], it["shape"])
        values[it["name"]] = value.double() if value.is_floating_point() else value
    targets = {it["name"]: numbers(it["file"], it["dtype"], -1) for it in step["targets"]}
    run(values)
    loss = loss_of(step["loss"], values, targets)
    loss.backward()
    for name, weight in weights.items():
        gradient = torch.zeros_like(weight) if weight.grad is None else weight.grad
        gradient.contiguous().numpy().tofile(folder / f"{name}.f64")
    print(json.dumps({"loss": loss.item()}))


main()
