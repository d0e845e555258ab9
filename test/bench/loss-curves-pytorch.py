#!/usr/bin/python3
"""PyTorch replica of examples/fashion-resnet, without dropout and augmentation: the peer for the loss of every step.

    fashion-resnet-pytorch.py --weights FILE --steps FILE --dtype float64 [--threads 2]

Weights are a safetensors file that cnnc has written; steps are JSON, [{"samples": [numbers of training samples],
"rate": learning rate}, …]. Prints {"peer", "version", "blas", "dtype", "losses": […]}.

Needs python3-torch and libopenblas0-openmp (Debian).
"""

import argparse
import json
import sys

import torch
import torch.nn.functional as F

from fashion_mnist import DEFAULT_DATA, normalize, peer, read_split
from safetensors_file import read_safetensors

MOMENTUM, WEIGHT_DECAY = 0.9, 5e-4


def batch_norm(x, p, name):
    at = lambda part: p[f"{name}.{part}"]  # noqa: E731
    return F.batch_norm(x, at("running_mean"), at("running_var"), at("weight"), at("bias"), True, 0.1, 1e-5)


def residual(x, p, name, stride):
    """block Residual of examples/fashion-resnet/blocks.cnn"""
    y = F.conv2d(x, p[f"{name}.main.conv1.weight"], stride=stride, padding=1)
    y = F.relu(batch_norm(y, p, f"{name}.main.batch_norm1"))
    y = batch_norm(F.conv2d(y, p[f"{name}.main.conv2.weight"], padding=1), p, f"{name}.main.batch_norm2")
    if f"{name}.side.conv1.weight" in p:
        x = batch_norm(F.conv2d(x, p[f"{name}.side.conv1.weight"], stride=stride), p, f"{name}.side.batch_norm1")
    return F.relu(y + x)


def logits(x, p):
    x = F.relu(batch_norm(F.conv2d(x, p["features.conv1.weight"], padding=1), p, "features.batch_norm1"))
    for i, stride in enumerate((1, 2, 2), start=1):
        x = residual(x, p, f"features.Residual{i}", stride)
    return F.linear(x.mean((2, 3)), p["logits.dense1.weight"], p["logits.dense1.bias"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", required=True)
    parser.add_argument("--steps", required=True)
    parser.add_argument("--dtype", choices=["float32", "float64"], required=True)
    parser.add_argument("--data", default=DEFAULT_DATA)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    dtype = getattr(torch, options.dtype)
    images, labels = read_split(options.data, "train")
    p = read_safetensors(options.weights, dtype)
    learned = [p[name].requires_grad_() for name in p if ".running_" not in name]
    optimizer = torch.optim.SGD(learned, lr=0.1, momentum=MOMENTUM, nesterov=True, weight_decay=WEIGHT_DECAY)
    with open(options.steps, encoding="utf8") as file:
        steps = json.load(file)
    losses = []
    for step in steps:
        index = torch.tensor(step["samples"])
        optimizer.param_groups[0]["lr"] = step["rate"]
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(logits(normalize(images[index], dtype), p), labels[index])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        print(f"\rPyTorch, {options.dtype}: step {len(losses)}/{len(steps)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(json.dumps({**peer(), "dtype": options.dtype, "losses": losses}))


if __name__ == "__main__":
    main()
