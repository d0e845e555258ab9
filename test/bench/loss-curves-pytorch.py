#!/usr/bin/python3
"""Steps of examples/fashion-resnet in PyTorch, without dropout and augmentation: the peer for the loss of every step.

    loss-curves-pytorch.py --weights FILE --steps FILE --dtype float64 [--threads 2]

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
from fashion_networks import fashion_resnet, learned
from safetensors_file import read_safetensors

MOMENTUM, WEIGHT_DECAY, LABEL_SMOOTHING = 0.9, 5e-4, 0.1


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
    optimizer = torch.optim.SGD(learned(p), lr=0.1, momentum=MOMENTUM, nesterov=True, weight_decay=WEIGHT_DECAY)
    with open(options.steps, encoding="utf8") as file:
        steps = json.load(file)
    losses = []
    for step in steps:
        index = torch.tensor(step["samples"])
        optimizer.param_groups[0]["lr"] = step["rate"]
        optimizer.zero_grad(set_to_none=True)
        scores = fashion_resnet(normalize(images[index], dtype), p, True, 0)
        loss = F.cross_entropy(scores, labels[index], label_smoothing=LABEL_SMOOTHING)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        print(f"\rPyTorch, {options.dtype}: step {len(losses)}/{len(steps)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(json.dumps({**peer(), "dtype": options.dtype, "losses": losses}))


if __name__ == "__main__":
    main()
