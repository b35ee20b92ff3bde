"""Programs that run ONNX files, those that are installed: each a function of a path that returns a
function from a list of inputs to a list of outputs."""
import sys
import pathlib

sys.path.append(str(pathlib.Path(__file__).parents[2]))
from skip import skip

try:
    import numpy
    import onnx
except ImportError:
    skip("package", "this needs the Python package onnx (python3-onnx)")


def runtime(path):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [given.name for given in session.get_inputs()]
    return lambda inputs: session.run(None, {name: x for name, x in zip(names, inputs)})


def reference(path):
    from onnx.reference import ReferenceEvaluator
    evaluator = ReferenceEvaluator(path)
    return lambda inputs: evaluator.run(None, dict(zip(evaluator.input_names, inputs)))


def opencv(path):
    import cv2
    net = cv2.dnn.readNetFromONNX(path)
    names = [given.name for given in onnx.load(path).graph.input]

    def run(inputs):
        for name, x in zip(names, inputs):
            net.setInput(x, name)
        return [net.forward()]
    return run


PACKAGES = {"onnxruntime": ("onnxruntime", runtime), "reference": ("onnx.reference", reference),
            "opencv": ("cv2", opencv)}


def installed():
    """The engines by name."""
    import importlib.util
    found = {}
    for name, (package, engine) in PACKAGES.items():
        try:
            if importlib.util.find_spec(package):
                found[name] = engine
        except ImportError:
            pass
    return found


def check(path):
    """Raises what onnx's checker says of a file."""
    onnx.checker.check_model(onnx.load(path), full_check=True)


def difference(found, expected):
    """The largest difference, relative to the largest element."""
    assert found.shape == expected.shape, (found.shape, expected.shape)
    if not expected.size:
        return 0.0
    found, expected = found.astype(numpy.float64), expected.astype(numpy.float64)
    same = (found == expected) | (numpy.isnan(found) & numpy.isnan(expected))
    apart = numpy.where(same, 0, numpy.abs(found - expected)).max()
    finite = numpy.abs(expected[numpy.isfinite(expected)])
    return float(apart / max(finite.max() if finite.size else 0.0, 1e-30))
