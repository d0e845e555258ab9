"""Loss and gradients of a training step by PyTorch, in float64, of a network that is read from its exported ONNX graph.

Usage: pytorch-gradients.py FOLDER. In it stand net.onnx and step.json, which names files of raw little-endian numbers for
inputs and targets; the gradient of each weight is written beside them as NAME.f64, the loss is printed.
"""
import json
import pathlib
import sys

try:
    import numpy as np
    import onnx
    import onnx.numpy_helper
    import torch
except ImportError as error:
    sys.exit(f"{error}: `apt-get install python3-torch libopenblas0-openmp python3-onnx` installs PyTorch and ONNX")

sys.dont_write_bytecode = True  # no __pycache__ among the native sources, which bundles copy
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "native/cuda/bundle"))
from onnx_network import bound, loss_of, operators_for, run

folder = pathlib.Path(sys.argv[1])
step = json.loads((folder / "step.json").read_text())
graph = onnx.load(str(folder / "net.onnx")).graph


def numbers(file, dtype, shape):
    return torch.from_numpy(np.fromfile(folder / file, dtype=dtype).reshape(shape).copy())


def main():
    trained = set(step["trained"])
    values = {}
    for initializer in graph.initializer:
        value = torch.from_numpy(onnx.numpy_helper.to_array(initializer).copy())
        value = value.double() if value.is_floating_point() else value
        values[initializer.name] = value.requires_grad_(initializer.name in trained)
    weights = {name: values[name] for name in trained}
    for it in step["inputs"]:
        value = numbers(it["file"], it["dtype"], it["shape"])
        values[it["name"]] = value.double() if value.is_floating_point() else value
    targets = {it["name"]: numbers(it["file"], it["dtype"], -1) for it in step["targets"]}
    nodes = [
        (it.op_type, it.input, it.output[0], {at.name: onnx.helper.get_attribute_value(at) for at in it.attribute})
        for it in graph.node
    ]
    run(bound(nodes, operators_for(torch.float64, training=True)), values)
    loss = loss_of(step["loss"], values, targets)
    loss.backward()
    for name, weight in weights.items():
        gradient = torch.zeros_like(weight) if weight.grad is None else weight.grad
        gradient.contiguous().numpy().tofile(folder / f"{name}.f64")
    print(json.dumps({"loss": loss.item()}))


main()
