"""The networks of examples/lenet and examples/fashion-resnet in PyTorch: their scores, by the parameters' names in cnnc.

`training` and the share of dropout say what batch norm and dropout do; running statistics in `p` move as in cnnc.
"""

import torch
import torch.nn.functional as F


def lenet(x, p, training, dropout):
    """-> conv(6, kernel=5, pad=2) -> tanh -> avg_pool(2) -> conv(16, kernel=5) -> …"""
    layer = lambda of, name, x, **options: of(x, p[f"{name}.weight"], p[f"{name}.bias"], **options)  # noqa: E731
    x = F.avg_pool2d(torch.tanh(layer(F.conv2d, "logits.conv1", x, padding=2)), 2)
    x = F.avg_pool2d(torch.tanh(layer(F.conv2d, "logits.conv2", x)), 2)
    x = torch.tanh(layer(F.linear, "logits.dense1", x.flatten(1)))
    x = torch.tanh(layer(F.linear, "logits.dense2", F.dropout(x, dropout, training)))
    return layer(F.linear, "logits.dense3", x)


def batch_norm(x, p, name, training):
    at = lambda part: p[f"{name}.{part}"]  # noqa: E731
    return F.batch_norm(x, at("running_mean"), at("running_var"), at("weight"), at("bias"), training, 0.1, 1e-5)


def residual(x, p, name, stride, training):
    """block Residual of examples/fashion-resnet/blocks.cnn"""
    y = F.conv2d(x, p[f"{name}.main.conv1.weight"], stride=stride, padding=1)
    y = F.relu(batch_norm(y, p, f"{name}.main.batch_norm1", training))
    y = F.conv2d(y, p[f"{name}.main.conv2.weight"], padding=1)
    y = batch_norm(y, p, f"{name}.main.batch_norm2", training)
    if f"{name}.side.conv1.weight" in p:
        x = F.conv2d(x, p[f"{name}.side.conv1.weight"], stride=stride)
        x = batch_norm(x, p, f"{name}.side.batch_norm1", training)
    return F.relu(y + x)


def fashion_resnet(x, p, training, dropout):
    x = F.conv2d(x, p["features.conv1.weight"], padding=1)
    x = F.relu(batch_norm(x, p, "features.batch_norm1", training))
    for i, stride in enumerate((1, 2, 2), start=1):
        x = residual(x, p, f"features.Residual{i}", stride, training)
    x = F.dropout(x.mean((2, 3)), dropout, training)
    return F.linear(x, p["logits.dense1.weight"], p["logits.dense1.bias"])


NETWORKS = {"LeNet": lenet, "FashionResNet": fashion_resnet}


def learned(p):
    """What a gradient moves."""
    return [p[name].requires_grad_() for name in p if ".running_" not in name]
