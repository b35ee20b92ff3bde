#!/usr/bin/env python3
"""Times a row of the bench in PyTorch; see ../timed.py.

  rows.py ROW [--mode eager|channels_last|compile] [--threads N] [--once]

ROW is a name that bench_retrograd lists; shapes are read from it.
"""
import pathlib
import re
import sys

import torch
from torch import nn
from torch.nn import functional

import networks
from networks import shape_of

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import timed


def numbers(text, name):
    """The groups of the pattern in a name, as numbers."""
    return [int(group.replace(",", "")) for group in re.search(text, name).groups()]


def channels_last(tensor, mode):
    if mode != "channels_last":
        return tensor
    if tensor.dim() != 4:
        raise timed.Inapplicable
    return tensor.to(memory_format=torch.channels_last)


def compiled(function, mode):
    return torch.compile(function, dynamic=False) if mode == "compile" else function


def network(name, mode):
    """The network of a row, and its input."""
    model, shape = networks.network(name)
    x = channels_last(torch.randn(shape), mode)
    if mode == "channels_last":
        model = model.to(memory_format=torch.channels_last)
    return model, x


def training(name, mode):
    model, x = network(name, mode)
    parameters = list(model.parameters())
    optimizer = torch.optim.SGD(parameters, lr=1e-6, momentum=0.9, fused=True)
    with torch.no_grad():
        scores = model(x)
    pixels = scores.dim() == 4
    y = (torch.rand_like(scores) > 0.5).float() if pixels else \
        torch.randint(0, scores.size(1), (scores.size(0),))
    compare = functional.binary_cross_entropy_with_logits if pixels else functional.cross_entropy
    loss_of = compiled(lambda x, y: compare(model(x), y), mode)
    low = name.endswith(timed.LOW)

    def step():
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            loss = loss_of(x, y)
        loss.backward()
        optimizer.step()

    step.parameters = sum(parameter.numel() for parameter in parameters)
    return step


def inference(name, mode):
    model, x = network(name, mode)
    run = compiled(model.eval(), mode)

    def step():
        with torch.inference_mode():
            run(x)

    step.parameters = sum(parameter.numel() for parameter in model.parameters())
    return step


def both_ways(function, inputs, mode, low=False):
    """A step that runs a function forward and backward."""
    inputs = [each.detach().requires_grad_(each.is_floating_point()) for each in inputs]
    function = compiled(function, mode)
    with torch.no_grad():
        seed = torch.ones_like(function(*inputs))

    def step():
        for each in inputs:
            each.grad = None
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            result = function(*inputs)
        result.backward(seed.to(result.dtype))

    return step


def convolution(name, mode):
    kernel, stride, channels, out, size, batch = (
        int(group or 1) for group in
        re.search(r"conv (\d+)x\d+(?:/(\d))? (\d+)->(\d+) at (\d+)x\d+, batch (\d+)", name).groups())
    x = channels_last(torch.randn(batch, channels, size, size), mode)
    w = channels_last(torch.randn(out, channels, kernel, kernel), mode).requires_grad_()
    x.requires_grad_(channels != 3)  # images need none
    run = compiled(lambda x, w: functional.conv2d(x, w, None, stride, kernel // 2), mode)
    with torch.no_grad():
        seed = torch.ones_like(run(x, w))

    def step():
        x.grad = w.grad = None
        run(x, w).backward(seed)

    return step


def slide(name, mode):
    x = torch.tensor([[[0.5, -1.0, 2.0, 1.0, -0.5]]])
    target = torch.tensor([[1.0]])
    w1 = torch.tensor([[[0.2, -0.3, 0.4]]], requires_grad=True)
    w2 = torch.tensor([[0.1, 0.2, 0.3, -0.1, 0.4]], requires_grad=True)
    optimizer = torch.optim.SGD([w1, w2], lr=0.01)
    loss = compiled(lambda: functional.mse_loss(functional.linear(
        torch.relu(functional.conv1d(x, w1, None, 1, 1)).flatten(1), w2), target), mode)

    def step():
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    return step


def chain(name, mode):
    if mode == "compile":
        raise timed.Inapplicable  # it would fold the factors
    x = torch.ones(1, requires_grad=True)
    factor = torch.full((1,), 1.0001)
    length, = numbers(r"([\d,]+)", name)

    def step():
        x.grad = None
        y = x
        for _ in range(length):
            y = y * factor
        y.backward()

    return step


def unrecorded(function, inputs, mode):
    function = compiled(function, mode)

    def step():
        with torch.no_grad():
            function(*inputs)

    return step


def attention(name, mode):
    tokens, heads, width = numbers(r"([\d,]+) tokens, (\d+) heads of (\d+)", name)
    inputs = [torch.randn(1, heads, tokens, width) for _ in range(3)]
    return both_ways(functional.scaled_dot_product_attention, inputs, mode, name.endswith(timed.LOW))


def product(name, mode):
    count = numbers(r"(\d+) M", name)[0] << 20
    return unrecorded(torch.mul, [torch.ones(count), torch.ones(count)], mode)


def matmul(name, mode):
    size, = numbers(r"(\d+)", name)
    return unrecorded(torch.matmul, [torch.randn(size, size), torch.randn(size, size)], mode)


def batch_norm(name, mode):
    norm = nn.BatchNorm2d(shape_of(name)[1])
    return both_ways(lambda x: torch.relu(norm(x)),
                     [channels_last(torch.randn(shape_of(name)), mode)], mode)


def max_pool(name, mode):
    shape = shape_of(name.split(" ", 3)[3])  # behind the window's
    return both_ways(lambda x: functional.max_pool2d(x, 2),
                     [channels_last(torch.randn(shape), mode)], mode)


def cross_entropy(name, mode):
    shape = shape_of(name)
    return both_ways(functional.cross_entropy,
                     [torch.randn(shape), torch.randint(0, shape[1], shape[:1])], mode)


def cat(name, mode):
    count, = numbers(r"(\d+) of", name)
    part = channels_last(torch.randn(shape_of(name)), mode)
    return unrecorded(lambda *parts: torch.cat(parts, 1), [part] * count, mode)


def bias(name, mode):
    shape = shape_of(name)
    x = channels_last(torch.randn(shape), mode)
    return unrecorded(torch.add, [x, torch.randn(shape[1], 1, 1)], mode)


# By the beginning of the row's name.
OPERATORS = {
    "slide": slide, "chain": chain, "attention": attention, "conv ": convolution, "matmul": matmul,
    "product": product, "batch norm": batch_norm, "max pool": max_pool, "softmax": cross_entropy,
    "sum over the middle": lambda name, mode: unrecorded(
        lambda x: x.sum(1), [torch.randn(shape_of(name))], mode),
    "transposed": lambda name, mode: unrecorded(
        lambda x: x.t().contiguous(), [torch.randn(shape_of(name))], mode),
    "concatenate": cat, "per-channel bias": bias,
}
IMAGES = ("conv ", "batch norm", "max pool", "concatenate", "per-channel bias")


def prepare(name, mode, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    if any(name.startswith(prefix) for prefix in networks.NETWORKS):
        return inference(name, mode) if name.endswith(timed.FORWARD) else training(name, mode)
    for prefix, make in OPERATORS.items():
        if name.startswith(prefix):
            if mode == "channels_last" and prefix not in IMAGES:
                raise timed.Inapplicable
            return make(name, mode)
    raise timed.Inapplicable


def main():
    timed.run(["eager", "channels_last", "compile"], prepare)


if __name__ == "__main__":
    main()
