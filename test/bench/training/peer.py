#!/usr/bin/python3
"""Training steps of one network in PyTorch: forward, loss, backward, SGD with momentum, on a batch in memory.

    peer.py FOLDER --threads 1 [--variant channels_last,plain --steps 3]

FOLDER holds what training.mjs has written: weights.safetensors, network.json, and raw numbers, theirs.bin and targets.bin.

Serves: prints {"peer", "version", "blas", "losses": of the first three steps, "variant": the quickest of contiguous or
channels_last, plain or foreach optimiser}; then, for each line "MILLISECONDS" on stdin, times steps of that variant for so
long, three at least, and prints {"ms": their median}. With --variant and --steps it only takes these steps, and prints
{"rss": the most bytes that the process had}.

Needs python3-torch and libopenblas0-openmp (Debian); without OpenBLAS torch falls to a reference BLAS many times slower,
which would be no comparison: "blas" tells what was loaded.
"""

import argparse
import json
import os
import re
import statistics
import sys
import time

# Overrides of OpenBLAS's own choice of kernel and blocking slow it down on some machines.
for override in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(override, None)

import numpy  # noqa: E402  (after the environment is clean)
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from fashion_mnist import peer  # noqa: E402
from networks import NETWORKS  # noqa: E402
from safetensors_file import read_safetensors  # noqa: E402

VARIANTS = [(layout, optimizer) for layout in ("contiguous", "channels_last") for optimizer in ("plain", "foreach")]


def load(net, folder, order):
    """Both sides list the learned parameters in the same order."""
    tensors = read_safetensors(os.path.join(folder, "weights.safetensors"))
    parameters = list(net.parameters())
    assert [list(p.shape) for p in parameters] == [list(tensors[name].shape) for name in order], "other parameters"
    with torch.no_grad():
        for parameter, name in zip(parameters, order):
            parameter.copy_(tensors[name])


def read_batch(folder, file, dtype, batch, shape):
    numbers = numpy.fromfile(os.path.join(folder, file), dtype).reshape(batch, *shape)
    return torch.from_numpy(numbers.astype("int64") if dtype == "<i4" else numbers)


def prepare(folder, network, layout, optimizer_name):
    """One training step as a closure over its own network and optimiser; it returns the loss."""
    net = NETWORKS[network["name"]]()
    load(net, folder, network["order"])
    source, wanted = network["input"], network["target"]
    is_class = wanted["kind"] == "class"
    read = lambda file, dtype, shape: read_batch(folder, file, dtype, network["batch"], shape)  # noqa: E731
    given = read("theirs.bin", "<i4" if source["dtype"] == "tokens" else "<f4", source["shape"])
    target = read("targets.bin", "<i4", ()) if is_class else read("targets.bin", "<f4", wanted["shape"])
    if layout == "channels_last":
        net, given = net.to(memory_format=torch.channels_last), given.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9, foreach=optimizer_name == "foreach")
    loss_of = F.cross_entropy if is_class else F.binary_cross_entropy_with_logits

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(net(given), target)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def milliseconds(step):
    start = time.perf_counter_ns()
    step()
    return (time.perf_counter_ns() - start) / 1e6


def serve(folder, network):
    best, losses = None, None
    # Layouts are of pictures.
    for variant in VARIANTS if len(network["input"]["shape"]) == 3 else VARIANTS[:2]:
        step = prepare(folder, network, *variant)
        first = [step() for _ in range(3)]
        losses = losses or first
        taken = statistics.median(milliseconds(step) for _ in range(3))
        if best is None or taken < best[0]:
            best = (taken, variant, step)
    _, variant, step = best
    print(json.dumps({**peer(), "losses": losses, "variant": ",".join(variant)}), flush=True)
    for line in sys.stdin:
        samples, end = [], time.perf_counter() + float(line) / 1000
        milliseconds(step)
        while len(samples) < 3 or time.perf_counter() < end:
            samples.append(milliseconds(step))
        print(json.dumps({"ms": statistics.median(samples)}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--variant")
    parser.add_argument("--steps", type=int)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with open(os.path.join(options.folder, "network.json"), encoding="utf8") as file:
        network = json.load(file)
    if options.steps is None:
        serve(options.folder, network)
        return
    step = prepare(options.folder, network, *options.variant.split(","))
    for _ in range(options.steps):
        step()
    with open("/proc/self/status", encoding="utf8") as status:
        print(json.dumps({"rss": 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", status.read()).group(1))}))


if __name__ == "__main__":
    main()
