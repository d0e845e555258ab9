#!/usr/bin/python3
"""PyTorch replica of the LeNet of examples/lenet: the peer for accuracy and for time.

Accuracy, on the full Fashion-MNIST:
    lenet-pytorch.py --data DIR --epochs 10 --seed 1 [--threads 2]
    One JSON line per epoch on stderr, then on stdout
    {"peer", "version", "blas", "seed", "epochs", "threads", "init", "top1", "train_s"}

Time of one training step (forward, loss, backward, optimiser) on preloaded tensors:
    lenet-pytorch.py --time --threads 1
    {"peer", "version", "blas", "threads", "batch", "input", "steps",
     "load", "variants": [{"layout", "optimizer", "median_ms", "p10_ms", "p90_ms"}], "best", "best_ms"}
    "best" is the fastest variant: contiguous or channels_last, plain or foreach optimiser.
    "load" is the machine's load average. PyTorch's OpenMP threads wait for each other by spinning:
    where another process takes one of the cores, two threads are several times slower than one, and
    the figure says nothing. Compare on an idle machine only (load at most about `threads`).

With --serve, --time prints that line again for each line that it reads on stdin, until the end of
stdin; the first is `{"ready": true}`. So one process is timed in turn with another (A B A B).

Needs python3-torch and libopenblas0-openmp (Debian); without OpenBLAS torch falls to a reference
BLAS many times slower, which would be no comparison: "blas" tells what was loaded.
"""

import argparse
import json
import math
import os
import statistics
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


def sgd(net, foreach=False):
    return torch.optim.SGD(
        net.parameters(), lr=LR, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY, foreach=foreach
    )


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


def prepare_variant(layout, optimizer_name, options):
    """One training step as a closure over its own network, optimiser and preloaded batch."""
    torch.manual_seed(1)
    net = lenet(options.init)
    images = torch.randint(0, 256, (options.batch, 1, 28, 28), dtype=torch.uint8)
    if options.input == "f32":
        images = normalize(images)
    if layout == "channels_last":
        net = net.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (options.batch,))
    optimizer = sgd(net, foreach=optimizer_name == "foreach")

    def step():
        optimizer.zero_grad(set_to_none=True)
        given = images if options.input == "f32" else normalize(images)
        F.cross_entropy(net(given), labels).backward()
        optimizer.step()

    return step


def time_steps(steps_by_variant, options):
    """Variants take turns in short blocks, so that a noisy moment falls on all of them."""
    samples = {variant: [] for variant in steps_by_variant}
    blocks = 5
    for _ in range(blocks):
        for variant, step in steps_by_variant.items():
            for _ in range(3):
                step()
            for _ in range(max(1, options.steps // blocks)):
                start = time.perf_counter_ns()
                step()
                samples[variant].append((time.perf_counter_ns() - start) / 1e6)
    variants = []
    for (layout, optimizer_name), taken in samples.items():
        taken.sort()
        variants.append({
            "layout": layout, "optimizer": optimizer_name,
            "median_ms": round(statistics.median(taken), 4),
            "p10_ms": round(taken[len(taken) // 10], 4),
            "p90_ms": round(taken[len(taken) * 9 // 10], 4),
        })  # fmt: skip
    best = min(variants, key=lambda it: it["median_ms"])
    return {
        **peer(), "threads": options.threads, "batch": options.batch, "input": options.input,
        "steps": options.steps, "load": round(os.getloadavg()[0], 2),
        "variants": variants, "best": best, "best_ms": best["median_ms"],
    }  # fmt: skip


def time_all(options):
    variants = {
        (layout, optimizer_name): prepare_variant(layout, optimizer_name, options)
        for layout in ("contiguous", "channels_last")
        for optimizer_name in ("plain", "foreach")
    }
    for step in variants.values():
        for _ in range(30):
            step()
    if not options.serve:
        print(json.dumps(time_steps(variants, options)))
        return
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        print(json.dumps(time_steps(variants, options)), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--time", action="store_true", help="time a training step")
    parser.add_argument("--serve", action="store_true", help="time once per line of stdin")
    parser.add_argument("--steps", type=int, default=300, help="timed steps of each variant")
    parser.add_argument("--input", choices=["f32", "u8"], default="f32",
                        help="f32: normalised beforehand (in PyTorch's favour); u8: in the step")  # fmt: skip
    parser.add_argument("--data", default=DEFAULT_DATA)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--init", choices=["xavier", "torch"], default="xavier")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.time:
        time_all(options)
    else:
        print(json.dumps(train(options)))


if __name__ == "__main__":
    main()
