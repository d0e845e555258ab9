#!/usr/bin/python3
"""The training of an example network over Fashion-MNIST in PyTorch: the peer for accuracy and for the time of all of it.

    accuracy-pytorch.py FILE

FILE is what accuracy.mjs writes, as cnnc read it in the network: {"model", "weights": the first ones, a safetensors file,
"data", "seed", "threads", "batch", "epochs", "optimizer": attributes of sgd, "warmup": of the cosine schedule,
"label_smoothing", "dropout", "augment": [{"name", "attributes"}, …]}. Orders and draws are PyTorch's own.

A line of JSON for each epoch on stderr; on stdout {"peer", "version", "blas", "layout", "top1", "seconds"}. The layout of tensors is
the quicker one of PyTorch's two, by steps before the training; the time is of training alone, with data in memory.

Needs python3-torch and libopenblas0-openmp (Debian); without OpenBLAS torch falls to a reference BLAS many times slower,
which would be no comparison: "blas" tells what was loaded.
"""

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

from fashion_augment import augment  # noqa: E402
from fashion_mnist import normalize, peer, rate, read_split  # noqa: E402
from fashion_networks import NETWORKS, learned  # noqa: E402
from safetensors_file import read_safetensors  # noqa: E402

LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


class Run:
    """A network from its first weights, in a layout, ready to take steps."""

    def __init__(self, it, layout):
        self.it, self.layout = it, LAYOUTS[layout]
        tensors = read_safetensors(it["weights"])
        self.p = {name: t.to(memory_format=self.layout) if t.dim() == 4 else t for name, t in tensors.items()}
        options = it["optimizer"]
        self.lr = options["lr"]
        kinds = {name: options[name] for name in ("momentum", "nesterov", "weight_decay")}
        self.optimizer = torch.optim.SGD(learned(self.p), lr=self.lr, **kinds)

    def scores(self, images, training):
        x = normalize(images).contiguous(memory_format=self.layout)
        return NETWORKS[self.it["model"]](x, self.p, training, self.it["dropout"])

    def step(self, images, labels, factor):
        self.optimizer.param_groups[0]["lr"] = self.lr * factor
        self.optimizer.zero_grad(set_to_none=True)
        scores = self.scores(augment(images, self.it["augment"]), True)
        loss = F.cross_entropy(scores, labels, label_smoothing=self.it["label_smoothing"])
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def accuracy(self, images, labels):
        with torch.no_grad():
            found = torch.cat([self.scores(part, False).argmax(1) for part in images.split(1000)])
        return (found == labels).float().mean().item()


def seconds_of(run, images, labels, count):
    start = time.perf_counter()
    for _ in range(count):
        run.step(images, labels, 0.1)
    return time.perf_counter() - start


def quicker_layout(it, images, labels):
    def seconds(layout):
        run = Run(it, layout)
        seconds_of(run, images, labels, 3)
        return seconds_of(run, images, labels, 10)

    return min(LAYOUTS, key=seconds)


def train(it):
    torch.set_num_threads(it["threads"])
    images, labels = read_split(it["data"], "train")
    layout = quicker_layout(it, images[: it["batch"]], labels[: it["batch"]])
    torch.manual_seed(it["seed"])
    run = Run(it, layout)
    steps = it["epochs"] * math.ceil(len(images) / it["batch"])
    step, start = 0, time.perf_counter()
    for epoch in range(it["epochs"]):
        total = 0.0
        for index in torch.randperm(len(images)).split(it["batch"]):
            total += run.step(images[index], labels[index], rate(step, steps, it["warmup"])) * len(index)
            step += 1
        line = {"epoch": epoch + 1, "loss": round(total / len(images), 4), "seconds": round(time.perf_counter() - start)}
        print(json.dumps(line), file=sys.stderr, flush=True)
    seconds = time.perf_counter() - start
    return {**peer(), "layout": layout, "top1": run.accuracy(*read_split(it["data"], "t10k")), "seconds": seconds}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf8") as description:
        print(json.dumps(train(json.load(description))))
