"""Writes the cases beside it: nodes with attributes of operator sets 18 to 22, which Debian's
libonnx-testdata does not have, in the format of ONNX's own cases. The expected values are those of
ONNX's reference evaluator.

usage: make_cases.py    with a Python that has onnx 1.20 or later
"""
import pathlib

import numpy
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator


def spread(*shape, dtype=numpy.float32):
    """Values from -2 to 2 that look random and need no generator."""
    count = int(numpy.prod(shape))
    whole = (numpy.arange(count, dtype=numpy.int64) * 7919 + 104729) % 2003
    return (whole / 500.5 - 2).reshape(shape).astype(dtype)


def ints(*values):
    return numpy.array(values, dtype=numpy.int64)


def floats(*values):
    return numpy.array(values, dtype=numpy.float32)


# (name, operator set, operator, attributes, inputs by name; None is absent)
CASES = [
    ("affine_grid_corners_between", 20, "AffineGrid", {"align_corners": 0},
     {"theta": spread(3, 2, 3), "size": ints(3, 1, 4, 5)}),
    ("averagepool_ceil_with_padding", 22, "AveragePool",
     {"ceil_mode": 1, "count_include_pad": 1, "kernel_shape": [3, 3], "pads": [1, 1, 1, 1],
      "strides": [2, 2]}, {"x": spread(2, 3, 6, 5)}),
    ("averagepool_dilated", 22, "AveragePool",
     {"dilations": [2, 3], "kernel_shape": [2, 2], "strides": [1, 2]}, {"x": spread(1, 2, 7, 9)}),
    ("pad_some_axes", 22, "Pad", {"mode": "constant"},
     {"x": spread(2, 3, 4), "pads": ints(1, 2, 0, 3), "value": numpy.float32(0.5),
      "axes": ints(2, 0)}),
    ("pad_negative_axes", 22, "Pad", {"mode": "constant"},
     {"x": spread(2, 3, 4), "pads": ints(1, 0, 2, 3), "value": numpy.float32(-1),
      "axes": ints(-1, -3)}),
    ("pad_wrapped", 22, "Pad", {"mode": "wrap"},
     {"x": spread(2, 3, 4), "pads": ints(0, 1, 2, 0, 2, 3)}),
    ("gelu_by_tanh", 20, "Gelu", {"approximate": "tanh"}, {"x": spread(4, 9)}),
    ("group_normalization_groups", 21, "GroupNormalization", {"epsilon": 0.125, "num_groups": 3},
     {"x": spread(2, 6, 3, 5), "scale": spread(6), "bias": spread(6)}),
    ("maxpool_ceil_without_last_window", 22, "MaxPool",
     {"ceil_mode": 1, "kernel_shape": [1, 2], "strides": [2, 3]}, {"x": spread(1, 2, 4, 6)}),
    ("reduce_sum_no_axes_noop", 13, "ReduceSum", {"keepdims": 1, "noop_with_empty_axes": 1},
     {"data": spread(2, 3, 4), "axes": ints()}),
    ("resize_cubic_antialias", 19, "Resize", {"mode": "cubic", "antialias": 1},
     {"X": spread(1, 1, 8, 6), "": None, "scales": floats(1, 1, 0.5, 0.5)}),
    ("resize_linear_antialias", 19, "Resize", {"mode": "linear", "antialias": 1},
     {"X": spread(1, 1, 8, 6), "": None, "scales": floats(1, 1, 0.5, 0.5)}),
    ("resize_nearest_two_axes", 19, "Resize", {"mode": "nearest", "axes": [2, 3]},
     {"X": spread(1, 2, 3, 2), "": None, "scales": floats(2, 3)}),
    ("resize_not_larger", 19, "Resize",
     {"mode": "nearest", "axes": [2, 3], "keep_aspect_ratio_policy": "not_larger"},
     {"X": spread(1, 2, 3, 2), "": None, " ": None, "sizes": ints(9, 5)}),
]


def write(folder, name, value):
    tensor = numpy_helper.from_array(numpy.asarray(value), name)
    (folder / "test_data_set_0" / name).with_suffix(".pb").write_bytes(tensor.SerializeToString())


def main():
    here = pathlib.Path(__file__).parent
    for name, version, operator, attributes, inputs in CASES:
        folder = here / f"test_{name}"
        (folder / "test_data_set_0").mkdir(parents=True, exist_ok=True)
        given = {key: value for key, value in inputs.items() if value is not None}
        node = helper.make_node(operator, [key.strip() for key in inputs], ["y"], **attributes)
        infos = [helper.make_tensor_value_info(key, helper.np_dtype_to_tensor_dtype(value.dtype),
                                               value.shape) for key, value in given.items()]
        kind = helper.np_dtype_to_tensor_dtype(next(iter(given.values())).dtype)

        def model_of(shape):
            output = helper.make_tensor_value_info("y", kind, shape)
            return helper.make_model(helper.make_graph([node], name, infos, [output]),
                                     ir_version=8, opset_imports=[helper.make_opsetid("", version)])
        expected = ReferenceEvaluator(model_of(None)).run(None, given)[0]
        model = model_of(expected.shape)
        onnx.checker.check_model(model, full_check=True)
        (folder / "model.onnx").write_bytes(model.SerializeToString())
        for i, (key, value) in enumerate(given.items()):
            write(folder, f"input_{i}", value)
        write(folder, "output_0", expected)


if __name__ == "__main__":
    main()
