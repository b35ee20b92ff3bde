#!/usr/bin/env python3
"""Writes special_values.safetensors: what PyTorch computes of zeros, infinities, NaN, denormals and
the largest numbers in float64.

`values` are the numbers. A function of one has NAME, (2, n): its values and the gradients of their
sum. A function of two has NAME, (3, n, n): the values for all pairs, the first number by row, and
the gradients for the first and the second.
"""
import math
import pathlib

import torch
import torch.nn.functional as F

import safetensors_file

LARGEST = torch.finfo(torch.float64).max
POSITIVE = [0.0, 0.5, 1.0, 1.3, 3.0, 6.0, 20.0, 750.0, math.inf, 5e-324, LARGEST]
VALUES = [sign * x for x in POSITIVE for sign in (1, -1)] + [math.nan]

TORCH = ("neg abs sign exp log log1p log2 expm1 erf sqrt rsqrt square reciprocal tanh sigmoid relu "
         "floor ceil round sin cos tan asin acos atan sinh cosh")
FUNCTIONAL = ("logsigmoid softplus leaky_relu elu celu selu gelu silu mish hardtanh relu6 "
              "hardsigmoid hardswish softsign tanhshrink softshrink hardshrink")
UNARY = {name: getattr(torch, name) for name in TORCH.split()}
UNARY |= {name: getattr(F, name) for name in FUNCTIONAL.split()}
UNARY["gelu tanh"] = lambda x: F.gelu(x, approximate="tanh")
UNARY["clamp"] = lambda x: x.clamp(-1, 0.5)
UNARY["1.5 / x"] = lambda x: 1.5 / x
for exponent in (0.0, 0.5, 1.0, 2.0, 3.0, -1.0, -2.5):
    UNARY[f"pow(x, {exponent})"] = lambda x, k=exponent: x.pow(k)
for base in (0.0, 0.5, 1.0, 2.0, -1.0):
    UNARY[f"pow({base}, x)"] = lambda x, k=base: torch.pow(k, x)
BINARY = "add sub mul div pow maximum minimum fmod remainder"
BINARY = {name: getattr(torch, name) for name in BINARY.split()}
BINARY["floor_divide"] = lambda x, y: torch.div(x, y, rounding_mode="floor")
BINARY["prelu"] = lambda x, w: F.prelu(x.reshape(1, -1), w.reshape(-1)).reshape(x.shape)
BINARY["lerp"] = lambda x, w: torch.lerp(x, torch.ones_like(x), w)


def with_gradients(function, *inputs):
    leaves = [x.clone().requires_grad_() for x in inputs]
    y = function(*leaves)
    gradients = torch.autograd.grad(y.sum(), leaves, allow_unused=True)
    return torch.stack([y, *(torch.zeros_like(y) if g is None else g for g in gradients)])


x = torch.tensor(VALUES, dtype=torch.float64)
tensors = {"values": x}
# One at a time: PyTorch's vector code and its code for the rest differ at some of these.
for name, function in UNARY.items():
    tensors[name] = torch.cat([with_gradients(function, v) for v in x.split(1)], 1)
first, second = (t.contiguous() for t in torch.meshgrid(x, x, indexing="ij"))
for name, function in BINARY.items():
    pairs = zip(first.flatten().split(1), second.flatten().split(1))
    columns = torch.cat([with_gradients(function, *pair) for pair in pairs], 1)
    tensors[name] = columns.reshape(3, *first.shape)
path = pathlib.Path(__file__).parent / "special_values.safetensors"
safetensors_file.write(path, tensors)
print(f"{path}: {path.stat().st_size} bytes, {len(tensors) - 1} functions")
