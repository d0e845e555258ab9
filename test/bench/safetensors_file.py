"""Reads the weights that cnnc writes."""

import json
import struct

import numpy
import torch


def read_safetensors(path, dtype=torch.float32):
    """https://huggingface.co/docs/safetensors: the header's length, the header in JSON, the tensors."""
    with open(path, "rb") as file:
        data = file.read()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, it in header.items():
        begin, end = (8 + size + at for at in it["data_offsets"])
        values = numpy.frombuffer(data[begin:end], dtype="<f4").reshape(it["shape"])
        tensors[name] = torch.tensor(values, dtype=dtype)
    return tensors
