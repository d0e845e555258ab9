"""A bundle's network by PyTorch, eager and compiled, channels last, beside data.safetensors: differences and times.

Usage: python3 compare-pytorch.py [cpu], in the folder of the bundle. The network is read from net.json, its graph in terms of
ONNX. Convolutions and products are cuDNN's and cuBLAS's, in the precision of the bundle; a training step in 16 bits is under
autocast, so that weights are f32 as they are here, and has dropout, but no augmentation. With `cpu` nothing is timed.
"""
import contextlib
import inspect
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

from onnx_network import bound, loss_of, operators_for, run

device = sys.argv[1] if len(sys.argv) > 1 else "cuda"
if device == "cuda" and not torch.cuda.is_available():
    sys.exit("this PyTorch has no CUDA device; `compare-pytorch.py cpu` compares the numbers alone")

net = json.loads(pathlib.Path("net.json").read_text())
precision = re.search(r'facts = \{"(\w+)"', pathlib.Path("models.cc").read_text())[1]
narrow = {"f16": torch.float16, "bf16": torch.bfloat16}.get(precision, torch.float32)
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


def laid_out(x):
    return x.contiguous(memory_format=torch.channels_last) if x.dim() == 4 else x


stored = read_safetensors("data.safetensors")


def weights_of(graph, dtype):
    """Parameters and constants by name; lengths and axes stay where the operators read them, on the host."""
    found = {it["name"]: laid_out(stored[f"parameter.{it['name']}"].to(device, dtype)) for it in graph["parameters"]}
    for it in graph["constants"]:
        is_real = it["dtype"] == "f32"
        kind, place = (dtype, device) if is_real else (torch.int64, "cpu")
        found[it["name"]] = torch.tensor(it["data"], dtype=kind, device=place).reshape(it["shape"])
    return found


def nodes_of(graph, dtype, draws=None):
    """What `run` wants; in training with what layers draw behind them."""
    nodes = []
    for it in graph["nodes"]:
        attributes = {k: v["float"] if isinstance(v, dict) else v for k, v in it["attributes"].items()}
        nodes.append((it["op"], it["inputs"], it["output"], attributes))
        if it["output"] in (draws or {}):
            nodes.append(("Dropout", [it["output"]], it["output"], draws[it["output"]]))
    return bound(nodes, {**operators_for(dtype, training=draws is not None), "Dropout": F.dropout})


def inputs_of(graph, count, dtype):
    """The bundle's samples again and again."""
    found = {}
    for it in graph["inputs"]:
        kind = {"u8": torch.uint8, "i32": torch.int32}.get(it["type"]["dtype"], dtype)
        found[it["name"]] = laid_out(repeated(f"input.{it['name']}", count).to(kind))
    return found


samples = len(next(x for name, x in stored.items() if name.startswith("input.")))


def repeated(name, count):
    x = stored[name].to(device).reshape(samples, -1, *stored[name].shape[1:])
    return x[torch.arange(count or samples, device=device) % samples].flatten(0, 1)


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


def time_all(what, forward, prepare):
    """`prepare(forward, count)` gives what is timed."""
    for how, made in {"eager": forward, "compile": torch.compile(forward, mode="max-autotune")}.items():
        for count in (1, 32, 128):
            try:
                ms = median_ms(prepare(made, count))
                print(f"{what:8} batch {count:4d}  {ms:10.4f} ms  PyTorch {torch.__version__} {how}, {precision}", flush=True)
            except Exception as error:  # a compiler that is not there, or too little memory, is no reason to stop
                print(f"{what:8} batch {count:4d}  {how} fails: {str(error).splitlines()[0]}", flush=True)


def difference(found, expected):
    return (found.float().cpu().reshape(expected.shape) - expected).abs().max() / expected.abs().max()


@torch.inference_mode()
def compare_predictions(graph):
    weights, nodes = weights_of(graph, narrow), nodes_of(graph, narrow)

    def predict(inputs):
        values = {**weights, **inputs}
        run(nodes, values)
        return [values[it["name"]] for it in graph["outputs"]]

    for it, found in zip(graph["outputs"], predict(inputs_of(graph, None, narrow))):
        name = f"output.{it['name']}"
        print(f"{name}: PyTorch differs by {difference(found, stored[name]).item():.2e} of the largest")

    def prepare(predict, count):
        inputs = inputs_of(graph, count, narrow)
        return lambda: predict(inputs)

    if device == "cuda":
        time_all("predict", predict, prepare)


def optimizer_of(use, weights):
    given = dict(use["attributes"])
    if "beta1" in given:
        given["betas"] = (given.pop("beta1"), given.pop("beta2"))
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "rmsprop": torch.optim.RMSprop}[use["name"]]
    if device == "cuda" and "fused" in inspect.signature(kind).parameters:
        given["fused"] = True
    return kind(weights, **given)


def compare_steps(step):
    """The loss without what is drawn, and the time of forward, backward and optimiser."""
    graph = step["graph"]
    weights = weights_of(graph, torch.float32)
    learned = [it for name, it in weights.items() if f"gradient.{name}" in stored]
    for it in learned:
        it.requires_grad_()
    optimizer = optimizer_of(step["optimizer"], learned)
    narrows = device == "cuda" and narrow != torch.float32

    def forward_of(nodes):
        def forward(inputs, targets):
            values = {**weights, **inputs}
            with torch.autocast("cuda", narrow) if narrows else contextlib.nullcontext():
                run(nodes, values)
                return loss_of(step["loss"], values, targets)

        return forward

    def batch_of(count):
        targets = {name.removeprefix("target."): repeated(name, count) for name in stored if name.startswith("target.")}
        return inputs_of(graph, count, torch.float32), targets

    def prepare(forward, count):
        batch = batch_of(count)

        def train():
            optimizer.zero_grad(set_to_none=True)
            forward(*batch).backward()
            optimizer.step()

        return train

    certain = forward_of(nodes_of(graph, torch.float32, {}))
    with torch.no_grad():
        print(f"loss: PyTorch differs by {difference(certain(*batch_of(None)), stored['loss']).item():.2e}")
    if device == "cuda":
        time_all("step", forward_of(nodes_of(graph, torch.float32, step["draws"])), prepare)


compare_predictions(net["predict"])
if "step" in net:
    compare_steps(net["step"])
