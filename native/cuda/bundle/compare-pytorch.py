"""The predictions of a bundle by PyTorch, eager and compiled, channels last, beside data.safetensors: differences and times.

Usage: python3 compare-pytorch.py [cpu], in the folder of the bundle. The network is read from net.json, its graph in terms of
ONNX. Convolutions and products are cuDNN's and cuBLAS's, in the precision of the bundle. With `cpu` nothing is timed.
"""
import json
import pathlib
import re
import struct
import sys

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
except ImportError as error:
    sys.exit(f"{error}: `pip install torch numpy` installs PyTorch")

device = sys.argv[1] if len(sys.argv) > 1 else "cuda"
if device == "cuda" and not torch.cuda.is_available():
    sys.exit("this PyTorch has no CUDA device; `compare-pytorch.py cpu` compares the numbers alone")

graph = json.loads(pathlib.Path("net.json").read_text())
precision = re.search(r'facts = \{"(\w+)"', pathlib.Path("models.cc").read_text())[1]
dtype = {"f16": torch.float16, "bf16": torch.bfloat16}.get(precision, torch.float32)
torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
torch.backends.cudnn.benchmark = True


def read_safetensors(file):
    data = pathlib.Path(file).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    found = {}
    for name, it in header.items():
        begin, end = (8 + length + at for at in it["data_offsets"])
        found[name] = torch.from_numpy(np.frombuffer(data[begin:end], "<f4").reshape(it["shape"]).copy())
    return found


def padded(x, pads, value):
    """ONNX has all sides before, then all sides behind; PyTorch the last axis first, its two sides together."""
    axes = len(pads) // 2
    sides = [side for axis in reversed(range(axes)) for side in (pads[axis], pads[axes + axis])]
    return F.pad(x, sides, value=value) if any(sides) else x


def same_on_both_sides(pads):
    axes = len(pads) // 2
    return pads[:axes] if pads[:axes] == pads[axes:] else None


def conv(x, weight, bias=None, *, strides, pads, group, dilations=None, kernel_shape):
    op = F.conv1d if len(kernel_shape) == 1 else F.conv2d
    pad = same_on_both_sides(pads)
    x, pad = (x, pad) if pad is not None else (padded(x, pads, 0.0), 0)
    return op(x, weight, bias, strides, pad, dilations or 1, group)


def max_pool(x, *, kernel_shape, strides, pads):
    op = F.max_pool1d if len(kernel_shape) == 1 else F.max_pool2d
    return op(padded(x, pads, -torch.inf), kernel_shape, strides)


def average_pool(x, *, kernel_shape, strides, pads=None, count_include_pad=0):
    op = F.avg_pool1d if len(kernel_shape) == 1 else F.avg_pool2d
    if not any(pads or []):
        return op(x, kernel_shape, strides)
    counted = op(padded(torch.ones_like(x[:1, :1]), pads, float(count_include_pad)), kernel_shape, strides)
    return op(padded(x, pads, 0.0), kernel_shape, strides) / counted


def batch_norm(x, scale, shift, mean, variance, *, epsilon, momentum):
    return F.batch_norm(x, mean, variance, scale, shift, False, 0.0, epsilon)


def positions(x):
    return list(range(2, x.dim()))


operators = {
    "Add": torch.add,
    "AveragePool": average_pool,
    "BatchNormalization": batch_norm,
    "Cast": lambda x, to: x.to(dtype),
    "Clip": lambda x, low, high: torch.clamp(x, low.item(), high.item()),
    "Concat": lambda *x, axis: torch.cat(x, axis),
    "Conv": conv,
    "Div": torch.div,
    "Elu": lambda x, alpha: F.elu(x, alpha),
    "Erf": torch.erf,
    "Flatten": lambda x, axis: x.flatten(axis),
    "Gemm": lambda x, weight, bias=None, transB=1: F.linear(x, weight, bias),
    "GlobalAveragePool": lambda x: x.mean(positions(x), keepdim=True),
    "GlobalMaxPool": lambda x: x.amax(positions(x), keepdim=True),
    "HardSigmoid": lambda x, alpha, beta: torch.clamp(alpha * x + beta, 0, 1),
    "HardSwish": F.hardswish,
    "Identity": lambda x: x,
    "LeakyRelu": lambda x, alpha: F.leaky_relu(x, alpha),
    "LogSoftmax": lambda x, axis: F.log_softmax(x, axis),
    "MatMul": torch.matmul,
    "MaxPool": max_pool,
    "Mul": torch.mul,
    "Neg": torch.neg,
    "PRelu": lambda x, slope: torch.where(x > 0, x, slope * x),
    "Relu": torch.relu,
    "Sigmoid": torch.sigmoid,
    "Softmax": lambda x, axis: F.softmax(x, axis),
    "Sub": torch.sub,
    "Tanh": torch.tanh,
    "Transpose": lambda x, perm: x.permute(perm),
    "Unsqueeze": lambda x, axes: x.reshape([*x.shape, *[1] * len(axes)]),
}
missing = {node["op"] for node in graph["nodes"]} - operators.keys()
if missing:
    sys.exit(f"this script does not know the operators {', '.join(sorted(missing))}")


def plain(attribute):
    return attribute["float"] if isinstance(attribute, dict) else attribute


def laid_out(x):
    return x.contiguous(memory_format=torch.channels_last) if x.dim() == 4 else x


stored = read_safetensors("data.safetensors")
weights = {it["name"]: laid_out(stored[f"parameter.{it['name']}"].to(device, dtype)) for it in graph["parameters"]}
for it in graph["constants"]:
    kind = dtype if it["dtype"] == "f32" else torch.int64
    weights[it["name"]] = torch.tensor(it["data"], dtype=kind, device=device).reshape(it["shape"])
nodes = [(operators[it["op"]], it["inputs"], it["output"], {k: plain(v) for k, v in it["attributes"].items()}) for it in graph["nodes"]]


def predict(*inputs):
    values = {**weights, **{it["name"]: x for it, x in zip(graph["inputs"], inputs)}}
    for operator, operands, result, attributes in nodes:
        values[result] = operator(*[values[name] for name in operands], **attributes)
    return [values[it["name"]] for it in graph["outputs"]]


def batch_of(count):
    """The bundle's samples again and again."""
    found = []
    for it in graph["inputs"]:
        x = stored[f"input.{it['name']}"]
        x = x[torch.arange(count or len(x)) % len(x)]
        found.append(laid_out(x.to(device, torch.uint8 if it["type"]["dtype"] == "u8" else dtype)))
    return found


def median_ms(run):
    for _ in range(10):
        run()
    times = []
    for _ in range(30):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        for _ in range(10):
            run()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end) / 10)
    return sorted(times)[len(times) // 2]


with torch.inference_mode():
    for it, found in zip(graph["outputs"], predict(*batch_of(None))):
        expected = stored[f"output.{it['name']}"]
        difference = (found.float().cpu().reshape(expected.shape) - expected).abs().max() / expected.abs().max()
        print(f"output.{it['name']}: PyTorch differs by {difference.item():.2e} of the largest")
    if device == "cuda":
        for name, run in {"eager": predict, "compile": torch.compile(predict, mode="max-autotune")}.items():
            for count in (1, 32, 128):
                inputs = batch_of(count)
                try:
                    print(f"predict  batch {count:4d}  {median_ms(lambda: run(*inputs)):10.4f} ms  PyTorch {torch.__version__} {name}, {precision}")
                except Exception as error:  # a compiler that is not there is no reason to stop
                    print(f"predict  batch {count:4d}  {name} fails: {str(error).splitlines()[0]}")
