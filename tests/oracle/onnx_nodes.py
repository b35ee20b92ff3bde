#!/usr/bin/env python3
"""ONNX's own test cases of single nodes, run by the library: forward, relative 1e-3, absolute 1e-7.

  onnx_nodes.py RUN_CALLS [FOLDER] [--list]

FOLDER holds the cases (Debian's libonnx-testdata). Ends with 1 if one differs or fewer than 150
were run, skipped where the data or python3-onnx is not there. --list names the cases that are
passed over, by reason.
"""
import collections
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from skip import skip

try:
    import onnx
    import onnx.numpy_helper
    import torch
except ImportError:
    skip("package", "this needs python3-onnx and python3-torch")

import calls_file

DEFAULT_FOLDER = "/usr/share/libonnx-testdata/data/node"
LEAST = 150


class PassedOver(Exception):
    """Why a case is not for the library."""


def need(condition, reason):
    if not condition:
        raise PassedOver(reason)


UNARY = {"Abs": "abs", "Acos": "acos", "Asin": "asin", "Atan": "atan", "Ceil": "ceil",
         "Cos": "cos", "Cosh": "cosh", "Erf": "erf", "Exp": "exp", "Floor": "floor", "Log": "log",
         "Neg": "neg", "Reciprocal": "reciprocal", "Round": "round", "Sigmoid": "sigmoid",
         "Sign": "sign", "Sin": "sin", "Sinh": "sinh", "Softsign": "softsign", "Sqrt": "sqrt",
         "Tan": "tan", "Tanh": "tanh", "Relu": "relu", "IsNaN": "isnan", "Not": "logical_not",
         "Softplus": "softplus", "HardSwish": "hardswish", "NonZero": "nonzero_rows"}
BINARY = {"Add": "add", "Sub": "sub", "Mul": "mul", "Pow": "pow", "Equal": "eq",
          "Greater": "gt", "GreaterOrEqual": "ge", "Less": "lt", "LessOrEqual": "le",
          "And": "logical_and", "Or": "logical_or", "Xor": "logical_xor", "Max": "maximum",
          "Min": "minimum", "MatMul": "matmul"}
REDUCTIONS = {"ReduceSum": "sum", "ReduceMean": "mean", "ReduceMax": "amax", "ReduceMin": "amin",
              "ReduceProd": "prod", "ReduceLogSumExp": "logsumexp"}


def window(a, rank, name="kernel_shape"):
    """Stride, dilation and equal padding of both ends, from a node's attributes."""
    need(a.get("auto_pad", b"NOTSET") in (b"NOTSET", b"VALID"), "auto_pad")
    pads = a.get("pads", [0] * 2 * rank)
    need(pads[:rank] == pads[rank:], "padding that differs at both ends")
    return {"stride": a.get("strides", [1] * rank), "padding": pads[:rank],
            "dilation": a.get("dilations", [1] * rank)}


def conv(a, x):
    rank = x[0].dim() - 2
    return f"conv{rank}d", window(a, rank) | {"groups": a.get("group", 1)}, x


def conv_transpose(a, x):
    rank = x[0].dim() - 2
    need("output_shape" not in a, "output_shape")
    options = window(a, rank) | {"groups": a.get("group", 1)}
    if "output_padding" in a:
        options["output_padding"] = a["output_padding"]
    return f"conv_transpose{rank}d", options, x


def pool(kind):
    def call(a, x):
        rank = x[0].dim() - 2
        need(x[0].is_floating_point(), "pooling of integers")
        options = window(a, rank) | {"kernel_size": a["kernel_shape"],
                                     "ceil_mode": bool(a.get("ceil_mode", 0))}
        need(all(p <= k // 2 for p, k in zip(options["padding"], a["kernel_shape"])),
             "padding of more than half the kernel")
        if kind == "avg":
            need(set(options.pop("dilation")) == {1}, "averages with dilation")
            options["count_include_pad"] = bool(a.get("count_include_pad", 0))
        return f"{kind}_pool{rank}d", options, x
    return call


def reduce(name, **options):
    def call(a, x):
        need(not a.get("noop_with_empty_axes", 0), "noop_with_empty_axes")
        need(x[0].numel() > 0 or name not in ("amax", "amin"), "the largest or smallest of none")
        dims = x[1].tolist() if len(x) > 1 else a.get("axes", [])
        return name, options | {"dim": dims, "keepdim": bool(a.get("keepdims", 1))}, x[:1]
    return call


def arg(name):
    def call(a, x):
        need(not a.get("select_last_index", 0), "the last of equals")
        return name, {"dim": a.get("axis", 0), "keepdim": bool(a.get("keepdims", 1))}, x
    return call


def pad(a, x):
    need(len(x) > 1, "padding as an attribute")
    modes = {b"constant": "constant", b"reflect": "reflect", b"edge": "replicate"}
    need(a.get("mode", b"constant") in modes, "padding that wraps around")
    mode = modes[a.get("mode", b"constant")]
    rank = x[0].dim()
    pads = x[1].tolist()
    axes = [d % rank for d in x[3].tolist()] if len(x) > 3 else list(range(rank))
    before, after = (dict(zip(axes, half)) for half in (pads[:len(axes)], pads[len(axes):]))
    turned = [p for d in reversed(range(rank)) for p in (before.get(d, 0), after.get(d, 0))]
    while mode != "constant" and len(turned) > 2 and turned[-2:] == [0, 0]:
        turned = turned[:-2]
    value = x[2].item() if len(x) > 2 else 0.0
    return "pad", {"pad": turned, "mode": mode, "value": value}, x[:1]


def reshape(a, x):
    sizes = x[1].tolist()
    if not a.get("allowzero", 0):
        sizes = [x[0].shape[i] if s == 0 else s for i, s in enumerate(sizes)]
    return "reshape", {"shape": sizes}, x[:1]


def flatten(a, x):
    axis = a.get("axis", 1) % max(x[0].dim(), 1) if a.get("axis", 1) != x[0].dim() else x[0].dim()
    return "reshape", {"shape": [x[0].shape[:axis].numel(), x[0].shape[axis:].numel()]}, x


def squeeze_or_not(name):
    def call(a, x):
        dims = x[1].tolist() if len(x) > 1 else a.get("axes")
        need(dims is not None and len(dims) == 1, "several axes at once")
        return name, {"dim": dims[0]}, x[:1]
    return call


def gather(a, x):
    axis, index = a.get("axis", 0), x[1].long()
    need(index.dim() == 1, "indices of another rank than 1")
    return "index_select", {"dim": axis}, [x[0], index % x[0].shape[axis]]


def gather_elements(a, x):
    axis = a.get("axis", 0)
    return "gather", {"dim": axis}, [x[0], x[1].long() % x[0].shape[axis]]


def scatter_elements(a, x):
    need(a.get("reduction", b"none") == b"none", "a reduction of duplicates")
    axis = a.get("axis", 0)
    return "scatter", {"dim": axis}, [x[0], x[1].long() % x[0].shape[axis], x[2]]


def slice_(a, x):
    need(len(x) >= 3 and len(x[1]) == 1 or len(x) < 3, "several axes at once")
    axis = x[3].item() if len(x) > 3 else 0
    step = x[4].item() if len(x) > 4 else 1
    need(step > 0, "a negative step")
    return "slice", {"dim": axis, "start": x[1].item(), "end": x[2].item(), "step": step}, x[:1]


def clip(a, x):
    need(len(x) > 1, "bounds as attributes or none")
    options = {}
    if x[1] is not None:
        options["min"] = x[1].item()
    if len(x) > 2 and x[2] is not None:
        options["max"] = x[2].item()
    need(options, "no bound")
    return "clamp", options, x[:1]


def batch_norm(a, x):
    need(not a.get("training_mode", 0), "training mode returns the statistics")
    return "batch_norm", {"training": False, "eps": a.get("epsilon", 1e-5)}, \
        [x[0], x[3], x[4], x[1], x[2]]


def layer_norm(a, x):
    axis = a.get("axis", -1) % x[0].dim()
    shape = list(x[0].shape[axis:])
    return "layer_norm", {"normalized_shape": shape, "eps": a.get("epsilon", 1e-5)}, x


def lrn(a, x):
    need(a["size"] % 2 == 1, "an even size, which PyTorch centres elsewhere")
    return "local_response_norm", {"size": a["size"], "alpha": a.get("alpha", 1e-4),
                                   "beta": a.get("beta", 0.75), "k": a.get("bias", 1.0)}, x


def softmax(name):
    return lambda a, x: (name, {"dim": a.get("axis", -1)}, x)


def loss(name):
    def call(a, x):
        options = {"reduction": a.get("reduction", b"mean").decode()}
        if "ignore_index" in a:
            options["ignore_index"] = a["ignore_index"]
        return name, options, [x[0], x[1].long(), *x[2:]]
    return call


def cumsum(a, x):
    need(not a.get("exclusive", 0) and not a.get("reverse", 0), "exclusive or reverse")
    return "cumsum", {"dim": int(x[1].item())}, x[:1]


def depth_to_space(a, x):
    need(a.get("mode", b"DCR") == b"CRD", "mode DCR")
    return "pixel_shuffle", {"upscale_factor": a["blocksize"]}, x


def top_k(a, x):
    return "topk", {"k": x[1].item(), "dim": a.get("axis", -1),
                    "largest": bool(a.get("largest", 1))}, x[:1]


def trilu(a, x):
    return ("triu" if a.get("upper", 1) else "tril"), \
        {"diagonal": x[1].item() if len(x) > 1 else 0}, x[:1]


def resize(a, x):
    mode = {b"nearest": "nearest", b"linear": "bilinear", b"cubic": "bicubic"}[
        a.get("mode", b"nearest")]
    transform = a.get("coordinate_transformation_mode", b"half_pixel")
    need(transform in (b"half_pixel", b"align_corners", b"pytorch_half_pixel"),
         "coordinates that PyTorch does not have")
    need(mode != "nearest", "another nearest than PyTorch's")
    need(a.get("cubic_coeff_a", -0.75) == -0.75 and not a.get("exclude_outside", 0),
         "other cubic weights")
    need(not a.get("antialias", 0), "resizing with an antialiasing filter")
    # The scale is that of the sizes in PyTorch; take cases where both agree.
    if len(x) > 3:
        size = x[3].tolist()[2:]
    else:
        scaled = [s * f for s, f in zip(x[0].shape[2:], x[2].tolist()[2:])]
        need(all(s == int(s) for s in scaled), "a scale that leaves a fraction")
        size = [int(s) for s in scaled]
    need(transform != b"pytorch_half_pixel" or 1 not in size, "one output at the input's start")
    return "interpolate", {"mode": mode, "size": size,
                           "align_corners": transform == b"align_corners"}, x[:1]


def grid_sample(a, x):
    mode = a.get("mode", b"bilinear").decode()
    mode = {"linear": "bilinear"}.get(mode, mode)  # renamed in opset 20
    need(mode in ("bilinear", "nearest"), "bicubic sampling")
    need(x[0].dim() == 4, "sampling of volumes")
    return "grid_sample", {"mode": mode, "padding_mode": a.get("padding_mode", b"zeros").decode(),
                           "align_corners": bool(a.get("align_corners", 0))}, x


def with_options(name, **defaults):
    """An operator whose options are the node's attributes: ours = (theirs, default)."""
    return lambda a, x: (name, {ours: a.get(theirs, default)
                                for ours, (theirs, default) in defaults.items()}, x)


NODES = {
    **{node: (lambda a, x, name=name: (name, {}, x)) for node, name in UNARY.items()},
    **{node: reduce(name) for node, name in REDUCTIONS.items()},
    "Div": lambda a, x: ("div", {}, x), "Where": lambda a, x: ("where", {}, x),
    "ReduceL1": reduce("norm", p=1), "ReduceL2": reduce("norm", p=2),
    "ArgMax": arg("argmax"), "ArgMin": arg("argmin"),
    "Conv": conv, "ConvTranspose": conv_transpose,
    "MaxPool": pool("max"), "AveragePool": pool("avg"),
    "GlobalAveragePool": lambda a, x: (
        f"adaptive_avg_pool{x[0].dim() - 2}d", {"output_size": [1] * (x[0].dim() - 2)}, x),
    "GlobalMaxPool": lambda a, x: (
        f"adaptive_max_pool{x[0].dim() - 2}d", {"output_size": [1] * (x[0].dim() - 2)}, x),
    "BatchNormalization": batch_norm, "LayerNormalization": layer_norm, "LRN": lrn,
    "InstanceNormalization": lambda a, x: (
        "instance_norm", {"eps": a.get("epsilon", 1e-5)}, [x[0], None, None, x[1], x[2]]),
    "Softmax": softmax("softmax"), "LogSoftmax": softmax("log_softmax"),
    "Concat": lambda a, x: ("cat", {"dim": a["axis"]}, x),
    "Flatten": flatten, "Reshape": reshape,
    "Transpose": lambda a, x: (
        "permute", {"dims": a.get("perm", list(reversed(range(x[0].dim()))))}, x),
    "Squeeze": squeeze_or_not("squeeze"), "Unsqueeze": squeeze_or_not("unsqueeze"),
    "Expand": lambda a, x: (
        "expand", {"shape": list(torch.broadcast_shapes(x[0].shape, x[1].tolist()))}, x[:1]),
    "Tile": lambda a, x: ("repeat", {"repeats": x[1].tolist()}, x[:1]),
    "Slice": slice_, "Gather": gather, "GatherElements": gather_elements,
    "ScatterElements": scatter_elements, "Scatter": scatter_elements, "Pad": pad, "Clip": clip,
    "Identity": lambda a, x: ("clone", {}, x), "CumSum": cumsum, "DepthToSpace": depth_to_space,
    "TopK": top_k, "Trilu": trilu, "Resize": resize, "GridSample": grid_sample,
    "Einsum": lambda a, x: ("einsum", {"equation": a["equation"].decode()}, x),
    "NegativeLogLikelihoodLoss": loss("nll_loss"),
    "SoftmaxCrossEntropyLoss": loss("cross_entropy"),
    "LeakyRelu": with_options("leaky_relu", negative_slope=("alpha", 0.01)),
    "Elu": with_options("elu", alpha=("alpha", 1.0)),
    "Celu": with_options("celu", alpha=("alpha", 1.0)),
    "PRelu": lambda a, x: ("prelu_broadcast", {}, x),
}


def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def values(folder, kind):
    files = sorted((folder / "test_data_set_0").glob(f"{kind}_*.pb"),
                   key=lambda file: int(file.stem.split("_")[1]))
    for file in files:
        proto = onnx.TensorProto.FromString(file.read_bytes())
        array = onnx.numpy_helper.to_array(proto)
        need(array.dtype.name in ("float32", "float64", "int64", "int32", "bool", "uint8"),
             f"dtype {array.dtype.name}")
        yield torch.from_numpy(array.copy())


def prepare(folder):
    model = onnx.load(folder / "model.onnx")
    need(len(model.graph.node) == 1, "several nodes")
    node = model.graph.node[0]
    inputs = list(values(folder, "input"))
    given = iter(inputs)
    ordered = [None if name == "" else next(given) for name in node.input]
    if node.op_type in BINARY:
        need(len(ordered) == 2, "other than two inputs")
        op, options, inputs = BINARY[node.op_type], {}, ordered
    else:
        need(node.op_type in NODES, f"node {node.op_type}")
        need(node.op_type != "Div" or ordered[0].is_floating_point(), "division of integers")
        op, options, inputs = NODES[node.op_type](attributes(node), ordered)
    need(all(x is None or x.dtype != torch.int32 for x in inputs), "dtype int32")
    return calls_file.request(op, options, inputs), list(values(folder, "output"))


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    root = pathlib.Path(arguments[1] if len(arguments) > 1 else DEFAULT_FOLDER)
    if not root.is_dir():
        skip("package", f"{root} is not there (libonnx-testdata)")
    names, requests, wanted = [], [], []
    passed_over = collections.defaultdict(list)
    for folder in sorted(root.iterdir()):
        try:
            request, outputs = prepare(folder)
        except PassedOver as reason:
            passed_over[str(reason)].append(folder.name)
            continue
        except (TypeError, ValueError):
            passed_over["sequences and optionals"].append(folder.name)
            continue
        names.append(folder.name)
        requests.append(request)
        wanted.append(outputs)
    failed = 0
    for name, results, outputs in zip(names, calls_file.run(arguments[0], requests), wanted):
        fault = results if isinstance(results, str) else ""
        for i, expected in enumerate(outputs if not fault else []):
            actual = results.get(str(i))
            if actual is None:
                continue  # an output that the library gives by another operator
            if actual.shape != expected.shape or not torch.allclose(
                    actual.double(), expected.double(), rtol=1e-3, atol=1e-7, equal_nan=True):
                fault = f"output {i} differs"
        if fault:
            failed += 1
            print(f"{name}: {fault}")
    if "--list" in sys.argv:
        for reason, cases in sorted(passed_over.items()):
            print(f"passed over, {reason}: {', '.join(cases)}")
    total = sum(len(cases) for cases in passed_over.values())
    print(f"{len(names)} cases run, {failed} failed; {total} passed over for {len(passed_over)} "
          "reasons")
    return 1 if failed or len(names) < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
