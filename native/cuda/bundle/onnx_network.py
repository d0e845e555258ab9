"""Networks in terms of ONNX as PyTorch computes them: the operators that cnnc writes, and the losses of its training steps."""
import sys

import torch
import torch.nn.functional as F


def padded(x, pads, value):
    """ONNX has all sides before, then all sides behind; PyTorch the last axis first, its two sides together."""
    axes = len(pads) // 2
    sides = [side for axis in reversed(range(axes)) for side in (pads[axis], pads[axes + axis])]
    return F.pad(x, sides, value=value) if any(sides) else x


def conv(x, weight, bias=None, *, strides, pads, group, dilations=None, kernel_shape):
    axes = len(kernel_shape)
    op = F.conv1d if axes == 1 else F.conv2d
    same = pads[:axes] == pads[axes:]
    x, pad = (x, pads[:axes]) if same else (padded(x, pads, 0.0), 0)
    return op(x, weight, bias, strides, pad, dilations or 1, group)


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
    if not any(pads or []):
        return op(x, kernel_shape, strides)
    counted = op(padded(torch.ones_like(x[:1, :1]), pads, float(count_include_pad)), kernel_shape, strides)
    return op(padded(x, pads, 0.0), kernel_shape, strides) / counted


def pad(x, pads, *, mode):
    """Of pictures, whose rows and columns are padded alone."""
    return F.pad(x, [int(pads[i]) for i in (3, 7, 2, 6)], mode)


def unsqueeze(x, axes):
    for axis in axes.tolist():
        x = x.unsqueeze(axis)
    return x


def positions(x):
    return list(range(2, x.dim()))


def operators_for(dtype, training):
    """What bytes become is `dtype`; in training batches are normalised by their own moments, and the running ones move."""

    def batch_norm(x, scale, shift, mean, variance, *, epsilon, momentum):
        return F.batch_norm(x, mean, variance, scale, shift, training, 1 - momentum, epsilon)

    return {
        "Add": torch.add,
        "AveragePool": average_pool,
        "BatchNormalization": batch_norm,
        "Cast": lambda x, to: x.to(dtype),
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
        "HardSwish": F.hardswish,
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
        "Reshape": lambda x, shape, allowzero=0: x.reshape(
            [x.shape[i] if n == 0 else n for i, n in enumerate(shape.tolist())]
        ),
        "Sigmoid": torch.sigmoid,
        "Slice": lambda x, begin, end, axis: x.narrow(int(axis), int(begin), int(end) - int(begin)),
        "Softmax": lambda x, axis: F.softmax(x, axis),
        "Sub": torch.sub,
        "Tanh": torch.tanh,
        "Transpose": lambda x, perm: x.permute(perm),
        "Unsqueeze": unsqueeze,
    }


def bound(nodes, operators):
    """Nodes (operator, operands, result, attributes) with functions for the operators' names."""
    missing = {op for op, *_ in nodes} - operators.keys()
    if missing:
        sys.exit(f"{__file__} does not know the operators {', '.join(sorted(missing))}")
    return [(operators[op], *rest) for op, *rest in nodes]


def run(nodes, values):
    """Every node in turn; a value that is there already has its name for good."""
    for operator, operands, result, attributes in nodes:
        values[result] = operator(*[values[name] for name in operands], **attributes)


def loss_of(term, values, targets):
    """The mean over the batch; of each loss the form that cnnc has of it."""
    if term["kind"] == "constant":
        return term["value"]
    if term["kind"] == "binary":
        left, right = (loss_of(term[side], values, targets) for side in ("left", "right"))
        if term["operator"] == "+":
            return left + right
        if term["operator"] == "-":
            return left - right
        return left * right if term["operator"] == "*" else left / right
    prediction, target, attributes = values[term["prediction"]], targets[term["target"]], term["attributes"]
    if term["name"] == "cross_entropy":
        return F.cross_entropy(prediction, target.long(), label_smoothing=attributes["label_smoothing"])
    target = target.to(prediction.dtype).reshape(prediction.shape)
    if term["name"] == "binary_cross_entropy":
        return F.binary_cross_entropy_with_logits(prediction, target)
    if term["name"] == "dice":
        p, t = torch.sigmoid(prediction).flatten(1), target.flatten(1)
        smooth = attributes["smooth"]
        return (1 - (2 * (p * t).sum(1) + smooth) / (p.sum(1) + t.sum(1) + smooth)).mean()
    if term["name"] == "mse":
        return F.mse_loss(prediction, target)
    sys.exit(f"{__file__} does not know the loss {term['name']}")
