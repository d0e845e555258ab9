"""Fashion-MNIST, its normalisation and the learning rate of both examples: what the PyTorch replicas share."""

import gzip
import math
import os

import torch

MEAN, STD = 0.286, 0.353
DEFAULT_DATA = "/usr/share/datasets/fashion-mnist"


def normalize(images, dtype=torch.float32):
    return (images.to(dtype) / 255 - MEAN) / STD


def rate(step, steps, warmup):
    """Linear warm-up over a share of the steps, then a half cosine down to 0."""
    warm = warmup * steps
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / (steps - warm)))


def read_idx(path):
    with gzip.open(path, "rb") as file:
        data = file.read()
    dims = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(dims)]
    return torch.frombuffer(bytearray(data[4 + 4 * dims :]), dtype=torch.uint8).reshape(shape)


def read_split(folder, name):
    images = read_idx(os.path.join(folder, f"{name}-images-idx3-ubyte.gz"))
    labels = read_idx(os.path.join(folder, f"{name}-labels-idx1-ubyte.gz"))
    return images.unsqueeze(1), labels.long()


def loaded_blas():
    """The libraries that answer BLAS calls: Debian keeps OpenBLAS in a folder of its own."""
    try:
        with open("/proc/self/maps", encoding="utf8") as maps:
            paths = {line.split()[-1] for line in maps if "blas" in line}
    except OSError:
        return "unknown"
    return " ".join(sorted("/".join(path.split("/")[-2:]) for path in paths)) or "none"


def peer():
    return {"peer": "pytorch", "version": torch.__version__, "blas": loaded_blas()}
