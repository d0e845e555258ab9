#!/usr/bin/python3
"""PyTorch replica of the LeNet of examples/lenet: the peer for accuracy.

Accuracy, on the full Fashion-MNIST:
    lenet-pytorch.py --data DIR --epochs 10 --seed 1 [--threads 2]
    One JSON line per epoch on stderr, then on stdout
    {"peer", "version", "blas", "seed", "epochs", "threads", "init", "top1", "train_s"}

Needs python3-torch and libopenblas0-openmp (Debian); without OpenBLAS torch falls to a reference
BLAS many times slower, which would be no comparison: "blas" tells what was loaded.
"""

import argparse
import json
import math
import os
import sys
import time

# Overrides of OpenBLAS's own choice of kernel and blocking slow it down on some machines.
for override in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(override, None)

import torch  # noqa: E402  (after the environment is clean)
import torch.nn.functional as F  # noqa: E402

from fashion_mnist import DEFAULT_DATA, normalize, peer, rate, read_split  # noqa: E402

LR, MOMENTUM, WEIGHT_DECAY, WARMUP = 0.05, 0.9, 5e-4, 0.05


def lenet(init):
    """-> conv(6, kernel=5, pad=2) -> tanh -> avg_pool(2) -> conv(16, kernel=5) -> …"""
    nn = torch.nn
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120), nn.Tanh(), nn.Dropout(0.25),
        nn.Linear(120, 84), nn.Tanh(),
        nn.Linear(84, 10),
    )  # fmt: skip
    if init == "xavier":  # cnnc's default in front of tanh; "torch" keeps PyTorch's own
        for layer in net:
            if hasattr(layer, "weight"):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
    return net


def sgd(net):
    return torch.optim.SGD(net.parameters(), lr=LR, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)


def accuracy(net, images, labels):
    net.eval()
    with torch.no_grad():
        parts = [net(normalize(part)).argmax(1) for part in images.split(1000)]
    net.train()
    return (torch.cat(parts) == labels).float().mean().item()


def train(options):
    torch.manual_seed(options.seed)
    images, labels = read_split(options.data, "train")
    test_images, test_labels = read_split(options.data, "t10k")
    net = lenet(options.init)
    optimizer = sgd(net)
    steps = options.epochs * math.ceil(len(images) / options.batch)
    step, start = 0, time.perf_counter()
    for epoch in range(options.epochs):
        total = 0.0
        for index in torch.randperm(len(images)).split(options.batch):
            optimizer.param_groups[0]["lr"] = LR * rate(step, steps, WARMUP)
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(net(normalize(images[index])), labels[index])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
            step += 1
        line = {"epoch": epoch + 1, "loss": round(total / len(images), 4)}
        print(json.dumps(line), file=sys.stderr, flush=True)
    seconds = time.perf_counter() - start
    return {
        **peer(), "seed": options.seed, "epochs": options.epochs, "threads": options.threads,
        "init": options.init, "top1": round(accuracy(net, test_images, test_labels), 4),
        "train_s": round(seconds, 1),
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=DEFAULT_DATA)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--init", choices=["xavier", "torch"], default="xavier")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(json.dumps(train(options)))


if __name__ == "__main__":
    main()
