"""Checks files with ONNX's own checker, and the shapes that they declare with its inference of shapes."""
import sys

try:
    import onnx
except ImportError:
    sys.exit("there is no ONNX checker: `apt-get install python3-onnx` installs it")

files = sys.argv[1:]
for file in files:
    model = onnx.load(file)
    try:
        onnx.checker.check_model(model, full_check=True)
        onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    except Exception as error:
        sys.exit(f"{file}: {error}")
print(f"{len(files)} files are right")
