#!/usr/bin/env python3
"""Writes layers.safetensors: what PyTorch's layers compute, and how their parameters start.

A case LAYER/LABEL has
  LAYER/LABEL/state/KEY      the state dict before the call,
  LAYER/LABEL/input/I        an input whose gradient is taken, or /constant/I, one whose is not,
  LAYER/LABEL/MODE/output/I  the outputs in mode train or eval,
  LAYER/LABEL/MODE/rest      one after another, flat: the gradients of the inputs and of the
                             parameters, for the seeds of weights(), then the buffers after it.
eval is left out where it equals train, and train where it is random. All is in float64.

start/LAYER/KEY has the least, the largest, the mean and the deviation of what a parameter is made
with.
"""
import math
import pathlib

import torch
from torch import nn

import safetensors_file
from make_operators import weights


def x(*shape):
    return torch.randn(*shape)


def positive(*shape):
    return torch.rand(*shape) + 0.1


def below(count, *shape):
    return torch.randint(count, shape)


def signs(*shape):
    return torch.randint(2, shape).double() * 2 - 1


def flags(*shape):
    """True and false in turn, never true for a whole row."""
    count = torch.Size(shape).numel()
    return (torch.arange(count) % 3 == 1).reshape(shape)


class Constant(tuple):
    """An input whose gradient is not taken."""


def const(tensor):
    return Constant((tensor,))


CASES = {}


def case(name, make, *inputs, **call):
    """A case; the inputs may be functions, which are called when the seed is set."""
    assert name not in CASES, name
    CASES[name] = make, inputs, call


def activations():
    shape = lambda: x(2, 4, 3)
    for kind in ("ReLU ReLU6 SELU Sigmoid LogSigmoid Tanh Softsign SiLU Mish Hardswish "
                 "Tanhshrink Identity LeakyReLU ELU CELU Softplus GELU GLU Hardtanh Softshrink "
                 "Hardshrink PReLU").split():
        dim = {"dim": 1} if kind == "GLU" else {}
        case(f"{kind}/default", lambda kind=kind, dim=dim: getattr(nn, kind)(**dim), shape)
    case("ReLU6/large", lambda: nn.ReLU6(), lambda: 8 * shape())
    # PyTorch rounds a sixth to float32 in the backward pass of Hardsigmoid, and 1 / alpha in that
    # of CELU: here the one is made of others, and the other's alpha is a power of 2.
    hardsigmoid = lambda: Function(lambda v: nn.functional.relu6(v + 3) / 6)
    case("Hardsigmoid/default", hardsigmoid, shape)
    case("Hardsigmoid/large", hardsigmoid, lambda: 4 * shape())
    case("Hardswish/large", lambda: nn.Hardswish(), lambda: 4 * shape())
    case("LeakyReLU/slope", lambda: nn.LeakyReLU(0.3), shape)
    case("ELU/alpha", lambda: nn.ELU(0.7), shape)
    case("CELU/alpha", lambda: nn.CELU(0.5), shape)
    case("Softplus/beta", lambda: nn.Softplus(2, 1), shape)
    case("GELU/tanh", lambda: nn.GELU(approximate="tanh"), shape)
    case("GLU/last", lambda: nn.GLU(), lambda: x(3, 4))
    case("Hardtanh/range", lambda: nn.Hardtanh(-0.5, 2), shape)
    case("Softshrink/lambd", lambda: nn.Softshrink(0.2), shape)
    case("Hardshrink/lambd", lambda: nn.Hardshrink(0.2), shape)
    case("PReLU/channels", lambda: nn.PReLU(4, 0.1), shape)
    case("Softmax/1", lambda: nn.Softmax(1), shape)
    case("Softmax/last", lambda: nn.Softmax(-1), shape)
    case("LogSoftmax/1", lambda: nn.LogSoftmax(1), shape)
    case("LogSoftmax/first", lambda: nn.LogSoftmax(0), shape)
    for kind, input in (("Dropout", shape), ("Dropout1d", shape),
                        ("Dropout2d", lambda: x(1, 2, 2, 2))):
        case(f"{kind}/default", lambda kind=kind: getattr(nn, kind)(), input, random=True)
        case(f"{kind}/none", lambda kind=kind: getattr(nn, kind)(0.0), input)
        case(f"{kind}/all", lambda kind=kind: getattr(nn, kind)(1.0), input)


def linear():
    case("Linear/default", lambda: nn.Linear(3, 2), lambda: x(2, 3))
    case("Linear/no_bias", lambda: nn.Linear(3, 2, bias=False), lambda: x(2, 2, 3))
    case("Linear/vector", lambda: nn.Linear(3, 2), lambda: x(3))
    case("Bilinear/default", lambda: nn.Bilinear(3, 2, 4), lambda: x(2, 3), lambda: x(2, 2))
    case("Bilinear/no_bias", lambda: nn.Bilinear(2, 3, 2, bias=False), lambda: x(2, 1, 2),
         lambda: x(2, 1, 3))
    case("Embedding/default", lambda: nn.Embedding(5, 3), lambda: const(below(5, 2, 3)))
    case("Embedding/padding", lambda: nn.Embedding(4, 2, padding_idx=1),
         lambda: const(torch.tensor([1, 0, 3, 1, 0])))
    case("Embedding/padding_from_end", lambda: nn.Embedding(4, 2, padding_idx=-1),
         lambda: const(torch.tensor([[3, 0], [2, 3]])))


def convolutions_and_pools():
    case("Conv1d/default", lambda: nn.Conv1d(2, 3, 3), lambda: x(2, 2, 5))
    case("Conv1d/no_batch", lambda: nn.Conv1d(2, 2, 2, stride=2, padding=1, bias=False),
         lambda: x(2, 5))
    case("Conv1d/same", lambda: nn.Conv1d(2, 2, 3, padding="same", dilation=2, groups=2),
         lambda: x(1, 2, 6))
    case("Conv2d/default", lambda: nn.Conv2d(2, 3, 3), lambda: x(1, 2, 5, 4))
    case("Conv2d/all", lambda: nn.Conv2d(4, 2, (2, 3), stride=(1, 2), padding=(1, 2),
                                         dilation=(2, 1), groups=2), lambda: x(1, 4, 4, 4))
    case("Conv2d/no_bias", lambda: nn.Conv2d(1, 2, 2, padding="valid", bias=False),
         lambda: x(1, 3, 3))
    case("MaxPool2d/default", lambda: nn.MaxPool2d(2), lambda: x(1, 2, 4, 5))
    case("MaxPool2d/all", lambda: nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0),
                                               dilation=(1, 2), ceil_mode=True), lambda: x(1, 2, 5, 5))
    case("AvgPool2d/default", lambda: nn.AvgPool2d(2), lambda: x(1, 2, 4, 5))
    case("AvgPool2d/ceil", lambda: nn.AvgPool2d((3, 2), stride=2, padding=1, ceil_mode=True,
                                                count_include_pad=False), lambda: x(1, 1, 4, 4))
    case("AvgPool2d/divisor", lambda: nn.AvgPool2d(3, stride=1, divisor_override=5),
         lambda: x(1, 4, 3))
    case("Conv1d/reflect", lambda: nn.Conv1d(1, 2, 3, stride=2, padding=2, padding_mode="reflect"),
         lambda: x(2, 1, 4))
    case("Conv2d/circular", lambda: nn.Conv2d(2, 1, (3, 2), padding=(1, 2),
                                              padding_mode="circular"), lambda: x(1, 2, 3, 2))
    case("Conv2d/replicate_same", lambda: nn.Conv2d(1, 1, (4, 3), padding="same",
                                                    padding_mode="replicate"), lambda: x(1, 3, 4))
    case("Conv3d/default", lambda: nn.Conv3d(1, 2, 2), lambda: x(1, 1, 2, 3, 3))
    case("Conv3d/all", lambda: nn.Conv3d(2, 2, (1, 2, 3), stride=(1, 2, 1), padding=(0, 1, 1),
                                         dilation=(1, 1, 2), groups=2, bias=False),
         lambda: x(2, 2, 2, 3))
    case("ConvTranspose1d/default", lambda: nn.ConvTranspose1d(2, 3, 3), lambda: x(2, 2, 3))
    case("ConvTranspose1d/no_batch", lambda: nn.ConvTranspose1d(
        4, 2, 2, stride=3, padding=1, output_padding=2, groups=2, bias=False), lambda: x(4, 3))
    case("ConvTranspose2d/default", lambda: nn.ConvTranspose2d(2, 1, 2), lambda: x(1, 2, 2, 3))
    case("ConvTranspose2d/all", lambda: nn.ConvTranspose2d(
        2, 4, (2, 3), stride=(2, 1), padding=(1, 0), output_padding=(1, 0), groups=2,
        dilation=(1, 2)), lambda: x(1, 2, 3, 2))
    case("ConvTranspose3d/default", lambda: nn.ConvTranspose3d(1, 2, 2), lambda: x(1, 1, 2, 1, 2))
    case("ConvTranspose3d/all", lambda: nn.ConvTranspose3d(
        2, 2, (1, 2, 2), stride=2, padding=(0, 1, 1), output_padding=(1, 0, 1), groups=2),
        lambda: x(1, 2, 1, 2, 2))
    for n, shape in ((1, (1, 2, 5)), (2, (1, 2, 4, 5)), (3, (1, 1, 2, 4, 3))):
        input = lambda shape=shape: x(*shape)
        make = lambda kind, *arguments, n=n, **options: lambda: getattr(nn, f"{kind}{n}d")(
            *arguments, **options)
        if n != 2:
            for kind in ("MaxPool", "AvgPool"):
                case(f"{kind}{n}d/default", make(kind, 2), input)
                case(f"{kind}{n}d/all", make(kind, 2, stride=3, padding=1, ceil_mode=True), input)
        for kind in ("AdaptiveMaxPool", "AdaptiveAvgPool"):
            case(f"{kind}{n}d/one", make(kind, 1), input)
            case(f"{kind}{n}d/two", make(kind, 2), input)
    case("AdaptiveAvgPool2d/sizes", lambda: nn.AdaptiveAvgPool2d((3, 7)), lambda: x(1, 4, 5))
    case("LPPool1d/default", lambda: nn.LPPool1d(2, 2), lambda: x(1, 2, 5))
    case("LPPool1d/all", lambda: nn.LPPool1d(3, 3, stride=2, ceil_mode=True),
         lambda: positive(1, 2, 6))
    case("LPPool2d/default", lambda: nn.LPPool2d(2, (2, 3)), lambda: x(1, 1, 4, 4))
    case("LPPool2d/all", lambda: nn.LPPool2d(1.5, 2, stride=1), lambda: positive(1, 2, 3, 3))
    case("MaxUnpool1d/default", lambda: nn.MaxUnpool1d(2), lambda: x(1, 2, 3),
         lambda: const(torch.tensor([[[0, 3, 4], [1, 2, 5]]])))
    case("MaxUnpool2d/all", lambda: nn.MaxUnpool2d((2, 3), stride=2, padding=(0, 1)),
         lambda: x(1, 1, 2, 2), lambda: const(torch.tensor([[[[0, 2], [6, 11]]]])))
    case("MaxUnpool3d/default", lambda: nn.MaxUnpool3d(2), lambda: x(1, 1, 1, 1, 2),
         lambda: const(torch.tensor([[[[[5, 10]]]]])))


def shapes_and_pads():
    case("Flatten/default", lambda: nn.Flatten(), lambda: x(2, 2, 3))
    case("Flatten/some", lambda: nn.Flatten(0, 1), lambda: x(2, 2, 3))
    case("Unflatten/default", lambda: nn.Unflatten(1, (2, 3)), lambda: x(2, 6))
    case("Unflatten/inferred", lambda: nn.Unflatten(-1, (2, -1)), lambda: x(2, 6))
    case("PixelShuffle/2", lambda: nn.PixelShuffle(2), lambda: x(1, 4, 2, 3))
    case("PixelUnshuffle/2", lambda: nn.PixelUnshuffle(2), lambda: x(1, 1, 4, 2))
    case("Unfold/default", lambda: nn.Unfold(2), lambda: x(1, 2, 3, 3))
    case("Unfold/all", lambda: nn.Unfold((2, 3), dilation=(2, 1), padding=(1, 0), stride=(1, 2)),
         lambda: x(1, 1, 3, 5))
    case("Fold/default", lambda: nn.Fold((3, 3), 2), lambda: x(1, 4, 4))
    case("Fold/all", lambda: nn.Fold((3, 5), (2, 3), dilation=(2, 1), padding=(1, 0),
                                      stride=(1, 2)), lambda: x(6, 6))
    case("ConstantPad1d/one", lambda: nn.ConstantPad1d(1, 2.5), lambda: x(1, 2, 3))
    case("ConstantPad1d/sides", lambda: nn.ConstantPad1d((2, -1), 0.5), lambda: x(2, 3))
    case("ConstantPad2d/sides", lambda: nn.ConstantPad2d((1, 0, 2, 1), -1.5), lambda: x(1, 2, 2))
    case("ConstantPad3d/one", lambda: nn.ConstantPad3d(1, 3.0), lambda: x(1, 1, 1, 2))
    case("ZeroPad2d/one", lambda: nn.ZeroPad2d(1), lambda: x(1, 2, 2))
    case("ZeroPad2d/sides", lambda: nn.ZeroPad2d((1, -1, 2, 0)), lambda: x(1, 1, 2, 3))
    case("ReflectionPad1d/sides", lambda: nn.ReflectionPad1d((2, 1)), lambda: x(2, 3))
    case("ReflectionPad2d/sides", lambda: nn.ReflectionPad2d((1, 0, 1, 1)), lambda: x(1, 3, 2))
    case("ReflectionPad3d/one", lambda: nn.ReflectionPad3d(1), lambda: x(1, 2, 2, 2))
    case("ReplicationPad1d/sides", lambda: nn.ReplicationPad1d((4, 1)), lambda: x(1, 2, 3))
    case("ReplicationPad2d/sides", lambda: nn.ReplicationPad2d((1, 0, 3, 1)), lambda: x(1, 2, 2))
    case("ReplicationPad3d/one", lambda: nn.ReplicationPad3d(1), lambda: x(1, 1, 2, 2))
    # PyTorch 1.13 has no modules for these.
    circular = lambda padding: lambda: Function(
        lambda v: nn.functional.pad(v, padding, mode="circular"))
    case("CircularPad1d/sides", circular((1, 2)), lambda: x(1, 2, 3))
    case("CircularPad2d/sides", circular((1, 0, 2, 1)), lambda: x(1, 1, 2, 3))
    case("CircularPad3d/one", circular((1,) * 6), lambda: x(1, 1, 1, 2, 2))
    case("Upsample/nearest", lambda: nn.Upsample(scale_factor=2), lambda: x(1, 2, 2, 2))
    case("Upsample/size", lambda: nn.Upsample(size=(3, 5)), lambda: x(1, 1, 2, 3))
    case("Upsample/exact", lambda: nn.Upsample(size=5, mode="nearest-exact"), lambda: x(1, 2, 3))
    case("Upsample/linear", lambda: nn.Upsample(scale_factor=1.6, mode="linear"),
         lambda: x(1, 2, 4))
    case("Upsample/recompute", lambda: nn.Upsample(scale_factor=1.6, mode="linear",
                                                   recompute_scale_factor=True), lambda: x(1, 1, 4))
    case("Upsample/bilinear", lambda: nn.Upsample(scale_factor=(2.0, 1.5), mode="bilinear"),
         lambda: x(1, 1, 2, 3))
    case("Upsample/corners", lambda: nn.Upsample(size=(4, 3), mode="bilinear", align_corners=True),
         lambda: x(1, 1, 2, 2))
    case("Upsample/bicubic", lambda: nn.Upsample(size=(4, 3), mode="bicubic"),
         lambda: x(1, 1, 3, 2))
    case("Upsample/trilinear", lambda: nn.Upsample(scale_factor=2, mode="trilinear"),
         lambda: x(1, 1, 1, 2, 2))


class Function(nn.Module):
    """A function as a module."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def norms():
    inputs = {1: lambda: x(3, 2, 2), 2: lambda: x(2, 2, 2, 2), 3: lambda: x(2, 2, 1, 2, 2)}
    for n, input in inputs.items():
        case(f"BatchNorm{n}d/default", lambda n=n: getattr(nn, f"BatchNorm{n}d")(2), input)
        case(f"BatchNorm{n}d/averages", lambda n=n: getattr(nn, f"BatchNorm{n}d")(2, momentum=None),
             input)
    case("BatchNorm1d/pairs", lambda: nn.BatchNorm1d(3, eps=0.01, momentum=0.3), lambda: x(4, 3))
    case("BatchNorm2d/plain", lambda: nn.BatchNorm2d(2, affine=False), inputs[2])
    case("BatchNorm2d/untracked", lambda: nn.BatchNorm2d(2, track_running_stats=False), inputs[2])
    case("BatchNorm3d/neither", lambda: nn.BatchNorm3d(2, affine=False, track_running_stats=False),
         inputs[3])
    case("InstanceNorm1d/default", lambda: nn.InstanceNorm1d(2), lambda: x(2, 2, 3))
    case("InstanceNorm1d/no_batch", lambda: nn.InstanceNorm1d(2, affine=True, eps=0.1),
         lambda: x(2, 3))
    case("InstanceNorm1d/averages", lambda: nn.InstanceNorm1d(2, momentum=0.4, affine=True,
                                                              track_running_stats=True),
         lambda: x(2, 2, 3))
    case("InstanceNorm2d/affine", lambda: nn.InstanceNorm2d(2, affine=True), inputs[2])
    case("InstanceNorm2d/tracked", lambda: nn.InstanceNorm2d(2, momentum=0.3,
                                                             track_running_stats=True), inputs[2])
    case("LayerNorm/default", lambda: nn.LayerNorm(3), lambda: x(2, 3))
    case("LayerNorm/two", lambda: nn.LayerNorm((2, 3), eps=0.1), lambda: x(2, 2, 3))
    case("LayerNorm/plain", lambda: nn.LayerNorm(4, elementwise_affine=False), lambda: x(2, 4))
    case("GroupNorm/default", lambda: nn.GroupNorm(2, 4), lambda: x(2, 4, 2))
    case("GroupNorm/one", lambda: nn.GroupNorm(1, 2, eps=0.1), lambda: x(2, 2, 2, 1))
    case("GroupNorm/plain", lambda: nn.GroupNorm(2, 2, affine=False), lambda: x(1, 2, 4))
    case("LocalResponseNorm/default", lambda: nn.LocalResponseNorm(2), lambda: x(1, 4, 2, 2))
    case("LocalResponseNorm/all", lambda: nn.LocalResponseNorm(3, alpha=0.5, beta=0.6, k=2.0),
         lambda: x(2, 4, 3))


def recurrence():
    for kind in ("RNN", "GRU", "LSTM"):
        layer, cell = getattr(nn, kind), getattr(nn, kind + "Cell")
        double = kind == "LSTM"

        def given(*shape, double=double):
            """States of a shape, as the module takes them."""
            return [lambda: x(*shape)] * (2 if double else 1)

        def pair(make, double=double):
            """The module taking h and c one by one."""
            return lambda: Pair(make()) if double else make()

        case(f"{kind}/default", lambda layer=layer: layer(3, 2), lambda: x(4, 2, 3))
        case(f"{kind}/layers", pair(lambda layer=layer: layer(2, 3, num_layers=2)),
             lambda: x(3, 2, 2), *given(2, 2, 3))
        case(f"{kind}/both", lambda layer=layer: layer(2, 2, bidirectional=True, bias=False),
             lambda: x(3, 2, 2))
        case(f"{kind}/batch_first", pair(lambda layer=layer: layer(
            2, 2, num_layers=2, batch_first=True, bidirectional=True)),
             lambda: x(2, 3, 2), *given(4, 2, 2))
        case(f"{kind}/no_batch", pair(lambda layer=layer: layer(2, 2, batch_first=True)),
             lambda: x(3, 2), *given(1, 2))
        case(f"{kind}Cell/default", lambda cell=cell: cell(3, 2), lambda: x(2, 3))
        case(f"{kind}Cell/state", pair(lambda cell=cell: cell(2, 3)), lambda: x(2, 2), *given(2, 3))
        case(f"{kind}Cell/no_bias", pair(lambda cell=cell: cell(2, 2, bias=False)),
             lambda: x(2), *given(2))
    case("RNN/relu", lambda: nn.RNN(2, 3, nonlinearity="relu"), lambda: x(3, 1, 2))
    case("RNNCell/relu", lambda: nn.RNNCell(2, 3, nonlinearity="relu"), lambda: x(2, 2),
         lambda: x(2, 3))


class Pair(nn.Module):
    """A module called with h and c as one argument, under its own names."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, input, h, c):
        return self.module(input, (h, c))


def attention():
    make = lambda **options: lambda: nn.MultiheadAttention(4, 2, **options)
    three = [lambda: x(2, 1, 4), lambda: x(3, 1, 4), lambda: x(3, 1, 4)]
    case("MultiheadAttention/default", make(), *three)
    case("MultiheadAttention/no_bias", make(bias=False), *three, average_attn_weights=False)
    case("MultiheadAttention/batch_first", make(batch_first=True), lambda: x(2, 2, 4),
         lambda: x(2, 3, 4), lambda: x(2, 3, 4), need_weights=False)
    case("MultiheadAttention/no_batch", make(), lambda: x(2, 4), lambda: x(3, 4), lambda: x(3, 4))
    case("MultiheadAttention/padding", make(), lambda: x(2, 2, 4), lambda: x(3, 2, 4),
         lambda: x(3, 2, 4), key_padding_mask=lambda: flags(2, 3))
    case("MultiheadAttention/mask", make(), *three, attn_mask=lambda: flags(2, 3))
    case("MultiheadAttention/added", make(), *three, attn_mask=lambda: x(2, 2, 3))


def losses():
    def loss(name, inputs, **options):
        kind = name.split("/")[0]
        tensors = {key: value for key, value in options.items() if callable(value)}
        case(name, lambda: getattr(nn, kind)(**options | {k: v() for k, v in tensors.items()}),
             *inputs)

    pair = [lambda: x(2, 3), lambda: const(x(2, 3))]
    both = [lambda: x(2, 3), lambda: x(2, 3)]
    binary = [lambda: torch.rand(2, 3), lambda: const(torch.rand(2, 3))]
    classes = [lambda: x(3, 4), lambda: const(torch.tensor([2, 0, 3]))]
    logs = [lambda: torch.log_softmax(x(3, 4), 1), lambda: const(torch.tensor([2, 0, 3]))]
    factors = lambda: torch.arange(1, 5) / 2
    for kind in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss"):
        loss(f"{kind}/default", both)
        loss(f"{kind}/none", pair, reduction="none")
        loss(f"{kind}/sum", pair, reduction="sum")
    loss("SmoothL1Loss/beta", both, beta=0.4)
    loss("HuberLoss/delta", both, delta=0.4)
    loss("CrossEntropyLoss/default", classes)
    loss("CrossEntropyLoss/weight", classes, weight=factors, ignore_index=0)
    loss("CrossEntropyLoss/smoothing", classes, weight=factors, label_smoothing=0.2,
         reduction="none")
    loss("CrossEntropyLoss/probabilities",
         [lambda: x(2, 4, 2), lambda: const(torch.rand(2, 4, 2))], reduction="sum")
    loss("NLLLoss/default", logs)
    loss("NLLLoss/weight", logs, weight=factors, ignore_index=3, reduction="sum")
    loss("NLLLoss/images", [lambda: x(2, 3, 2), lambda: const(below(3, 2, 2))], reduction="none")
    loss("BCELoss/default", binary)
    loss("BCELoss/weight", binary, weight=lambda: torch.rand(3), reduction="sum")
    loss("BCEWithLogitsLoss/default", [pair[0], binary[1]])
    loss("BCEWithLogitsLoss/weights", [pair[0], binary[1]], weight=lambda: torch.rand(3),
         pos_weight=lambda: torch.rand(3) * 2, reduction="none")
    loss("BCEWithLogitsLoss/pos_weight", [pair[0], binary[1]], pos_weight=lambda: torch.rand(3) * 2)
    loss("KLDivLoss/default", [pair[0], binary[1]])
    loss("KLDivLoss/batchmean", [pair[0], binary[1]], reduction="batchmean")
    loss("KLDivLoss/logs", pair, reduction="sum", log_target=True)
    loss("PoissonNLLLoss/default", [pair[0], binary[1]])
    loss("PoissonNLLLoss/full", [lambda: positive(2, 3), lambda: const(3 * torch.rand(2, 3))],
         log_input=False, full=True, eps=1e-3, reduction="sum")
    loss("SoftMarginLoss/default", [pair[0], lambda: const(signs(2, 3))])
    loss("SoftMarginLoss/none", [pair[0], lambda: const(signs(2, 3))], reduction="none")
    loss("MultiMarginLoss/default", classes)
    loss("MultiMarginLoss/all", classes, p=2, margin=0.7, weight=factors, reduction="none")
    loss("MultiLabelSoftMarginLoss/default", [pair[0], lambda: const(below(2, 2, 3).double())])
    loss("MultiLabelSoftMarginLoss/weight", [pair[0], lambda: const(below(2, 2, 3).double())],
         weight=lambda: torch.rand(3), reduction="none")
    loss("HingeEmbeddingLoss/default", [pair[0], lambda: const(signs(2, 3))])
    loss("HingeEmbeddingLoss/margin", [pair[0], lambda: const(signs(2, 3))], margin=0.3,
         reduction="sum")
    ranks = [lambda: x(4), lambda: x(4), lambda: const(signs(4))]
    loss("MarginRankingLoss/default", ranks)
    loss("MarginRankingLoss/margin", ranks, margin=0.5, reduction="none")
    vectors = [lambda: x(3, 4), lambda: x(3, 4), lambda: const(signs(3))]
    loss("CosineEmbeddingLoss/default", vectors)
    loss("CosineEmbeddingLoss/margin", vectors, margin=-0.4, reduction="sum")
    triplet = [lambda: x(3, 4)] * 3
    loss("TripletMarginLoss/default", triplet)
    loss("TripletMarginLoss/all", triplet, margin=0.5, p=3, eps=1e-3, swap=True, reduction="none")
    normal = [lambda: x(2, 3), lambda: const(x(2, 3)), lambda: positive(2, 3)]
    loss("GaussianNLLLoss/default", normal)
    loss("GaussianNLLLoss/full", normal, full=True, eps=0.5, reduction="none")


def fill(module):
    """Gives all parameters and buffers values that nobody could have by chance."""
    for name, tensor in module.state_dict().items():
        if tensor.is_floating_point():
            tensor.copy_(positive(*tensor.shape) if "var" in name else x(*tensor.shape))
        else:
            tensor.fill_(3)


def run(module, inputs, leaves, call):
    """The outputs, and all else that a call gives, flat."""
    outputs = module(*inputs, **call)
    flat = []
    for item in outputs if isinstance(outputs, tuple) else (outputs,):
        flat += item if isinstance(item, tuple) else [item]
    outputs = [output for output in flat if output is not None]
    total = sum((output * weights(output.shape, 7)).sum() for output in outputs)
    leaves = leaves + list(module.parameters())
    found = torch.autograd.grad(total, leaves, allow_unused=True)
    found = [torch.zeros_like(leaf) if g is None else g for leaf, g in zip(leaves, found)]
    rest = [*found, *(buffer.double() for buffer in module.buffers())]
    return outputs, torch.cat([part.detach().flatten() for part in rest or [torch.zeros(0)]])


def record(name, make, inputs, call):
    tensors = {}
    module = make()
    if not name.split("/")[0].endswith("Loss"):
        fill(module)
    state = {key.removeprefix("module."): value.clone()
             for key, value in module.state_dict().items()}
    for key, value in state.items():
        tensors[f"state/{key}"] = value
    values, leaves = [], []
    for index, input in enumerate(inputs):
        value = input()
        constant = isinstance(value, Constant)
        value = value[0] if constant else value.detach().clone().requires_grad_()
        values.append(value)
        leaves += [] if constant else [value]
        tensors[f"{'constant' if constant else 'input'}/{index}"] = value
    call = dict(call)
    random = call.pop("random", False)
    for key in ("key_padding_mask", "attn_mask"):
        if key in call:
            call[key] = call[key]()
            tensors[f"constant/{key}"] = call[key]
    results = {}
    for mode in ("train", "eval"):
        getattr(module, mode)()
        (module.module if isinstance(module, Pair) else module).load_state_dict(state)
        results[mode] = run(module, values, leaves, call)
    (outputs, rest), (others, others_rest) = results["train"], results["eval"]
    if random:
        del results["train"]
    elif torch.equal(rest, others_rest) and all(map(torch.equal, outputs, others)):
        del results["eval"]
    for mode, (outputs, rest) in results.items():
        tensors |= {f"{mode}/output/{index}": output for index, output in enumerate(outputs)}
        tensors[f"{mode}/rest"] = rest
    return tensors


STARTS = {
    "Linear": lambda: nn.Linear(100, 2000),
    "Bilinear": lambda: nn.Bilinear(25, 10, 2000),
    "Conv1d": lambda: nn.Conv1d(6, 2000, 7, groups=2),
    "Conv2d": lambda: nn.Conv2d(8, 2000, (2, 4), groups=2),
    "Conv3d": lambda: nn.Conv3d(2, 2000, (3, 2, 2)),
    "ConvTranspose1d": lambda: nn.ConvTranspose1d(6, 2000, 3, groups=2),
    "ConvTranspose2d": lambda: nn.ConvTranspose2d(3, 2000, (1, 2)),
    "ConvTranspose3d": lambda: nn.ConvTranspose3d(1, 2000, (1, 2, 1)),
    "Embedding": lambda: nn.Embedding(100, 50),
    "EmbeddingPadding": lambda: nn.Embedding(2, 3000, padding_idx=1),
    "RNN": lambda: nn.RNN(25, 2000),
    "RNNLayers": lambda: nn.RNN(20, 500, num_layers=2, bidirectional=True),
    "GRU": lambda: nn.GRU(25, 700),
    "LSTM": lambda: nn.LSTM(25, 600),
    "RNNCell": lambda: nn.RNNCell(4, 2000),
    "GRUCell": lambda: nn.GRUCell(4, 700),
    "LSTMCell": lambda: nn.LSTMCell(4, 600),
    "MultiheadAttention": lambda: nn.MultiheadAttention(60, 4),
    "BatchNorm": lambda: nn.BatchNorm2d(5),
    "InstanceNorm": lambda: nn.InstanceNorm2d(5, affine=True, track_running_stats=True),
    "LayerNorm": lambda: nn.LayerNorm((4, 5)),
    "GroupNorm": lambda: nn.GroupNorm(2, 6),
    "PReLU": lambda: nn.PReLU(3),
}


def main():
    torch.set_default_dtype(torch.float64)
    for add in (activations, linear, convolutions_and_pools, shapes_and_pads, norms, recurrence,
                attention, losses):
        add()
    tensors = {}
    for index, (name, (make, inputs, call)) in enumerate(CASES.items()):
        torch.manual_seed(index)
        for key, value in record(name, make, inputs, call).items():
            tensors[f"{name}/{key}"] = value
    torch.manual_seed(0)
    for name, make in STARTS.items():
        for key, value in make().state_dict().items():
            value = value.double()
            tensors[f"start/{name}/{key}"] = torch.stack(
                [value.min(), value.max(), value.mean(), value.std(unbiased=False)])
    assert all(math.isfinite(value) for tensor in tensors.values()
               for value in tensor.double().flatten().tolist())
    safetensors_file.write(pathlib.Path(__file__).parent / "layers.safetensors", tensors)
    print(f"{len(CASES)} cases")


if __name__ == "__main__":
    main()
