#!/usr/bin/env python3
"""Times inference in onnxruntime: PyTorch's network of the row, exported to ONNX; see ../timed.py.

  rows.py ROW [--threads N] [--once]
"""
import pathlib
import sys
import tempfile

import numpy
import onnxruntime
import torch

PEERS = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(PEERS), str(PEERS / "pytorch")]
import networks
import timed


def session_of(name, model, x, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    if name.startswith("text_direction_cls"):
        return onnxruntime.InferenceSession(networks.text_direction_file(), options,
                                            ["CPUExecutionProvider"])
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/network.onnx"
        torch.onnx.export(model, (x,), path, input_names=["x"], dynamo=True, verbose=False)
        return onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])


def prepare(name, _, threads):
    found = networks.network(name) if name.endswith(timed.FORWARD) else None
    if not found:
        raise timed.Inapplicable
    torch.set_num_threads(1)  # for the export
    torch.manual_seed(1)
    model, shape = found
    model.eval()
    x = torch.randn(shape)
    session = session_of(name, model, x, threads)
    inputs = {"x": x.numpy()}
    with torch.inference_mode():
        numpy.testing.assert_allclose(session.run(None, inputs)[0], model(x).numpy(), 1e-3, 1e-4)

    def step():
        session.run(None, inputs)

    step.parameters = sum(parameter.numel() for parameter in model.parameters())
    return step


if __name__ == "__main__":
    timed.run(["CPU"], prepare)
