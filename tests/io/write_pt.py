#!/usr/bin/env python3
"""Writes .pt files with the PyTorch of this Python, each in both formats, and what is in them.

  write_pt.py FOLDER

Beside NAME.pt is NAME.expected, with a line for each value, its fields separated by tabs:
  tensor  name  dtype  shape  strides  storage  offset  values in hexadecimal, row-major
  text    name  value in hexadecimal
The dtype and the values are those that retrograd reads. "storage" is a number; tensors with the same
one share memory, and "offset" counts elements in it.
"""
import collections
import pathlib
import sys

import torch

READ_AS = {torch.float16: torch.float32, torch.int32: torch.int64, torch.int16: torch.int64,
           torch.int8: torch.int64}


def flat(value, name=""):
    """(name, value) of everything in nested dicts and lists."""
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, (list, tuple)):
        items = enumerate(value)
    else:
        return [(name, value)]
    return [found for key, item in items
            for found in flat(item, f"{name}.{key}" if name else str(key))]


def hexadecimal(tensor):
    values = tensor.detach().to(READ_AS.get(tensor.dtype, tensor.dtype)).contiguous()
    if values.dtype == torch.bfloat16:
        values = values.view(torch.int16)
    return values.numpy().tobytes().hex()


def lines(saved):
    storages = {}
    for name, value in flat(saved):
        if not isinstance(value, torch.Tensor):
            yield ["text", name or "value", str(value).encode().hex()]
            continue
        storage = value.untyped_storage() if hasattr(value, "untyped_storage") else value.storage()
        pointer = storage.data_ptr() or ("none", name)
        dtype = str(READ_AS.get(value.dtype, value.dtype)).removeprefix("torch.")
        yield ["tensor", name or "tensor", dtype.replace("bool", "boolean"),
               ",".join(map(str, value.shape)), ",".join(map(str, value.stride())),
               str(storages.setdefault(pointer, len(storages))), str(value.storage_offset()),
               hexadecimal(value)]


def network():
    torch.manual_seed(3)
    return torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU(),
                               torch.nn.Flatten(), torch.nn.Linear(16, 2))


def trained(optimizer_class, **options):
    model = network()
    optimizer = optimizer_class(model.parameters(), **options)
    for _ in range(2):
        optimizer.zero_grad()
        model(torch.randn(5, 3, 4, 4)).square().sum().backward()
        optimizer.step()
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 5])
    rates = {key: value for key, value in scheduler.state_dict().items()
             if isinstance(value, (int, float, bool))}
    return {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": rates,
            "epoch": 7, "best": 0.125, "note": "ein Gruß", "done": False}


def cases():
    torch.manual_seed(1)
    for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64,
                  torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool):
        kind = str(dtype).removeprefix("torch.")
        values = torch.randn(3, 5) * 100
        yield f"dtype_{kind}", {"x": (values > 0) if dtype == torch.bool else values.to(dtype)}
    yield "float16_all", {"all": torch.arange(65536).to(torch.int16).view(torch.float16)[
        ~torch.isnan(torch.arange(65536).to(torch.int16).view(torch.float16))]}
    yield "integer_limits", {str(d): torch.tensor([torch.iinfo(d).min, torch.iinfo(d).max], dtype=d)
                             for d in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)}
    yield "float_limits", {"x": torch.tensor([float("inf"), -float("inf"), float("nan"), -0.0, 1e-45])}
    yield "ranks", {str(r): torch.randn([2] * r) for r in range(9)}
    yield "zero_sizes", {"a": torch.empty(0), "b": torch.empty(0, 3), "c": torch.empty(2, 0, 5).long()}
    base = torch.arange(24.).reshape(4, 6)
    yield "shared", {"base": base, "row": base[1], "column": base[:, 2], "all": base}
    yield "strides", {"transposed": torch.randn(3, 5).t(), "step": torch.arange(20)[1::3],
                      "channels_last": torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
                      "permuted": torch.randn(2, 3, 4).permute(2, 0, 1)}
    yield "expanded", {"x": torch.randn(3, 1).expand(3, 4), "y": torch.tensor(2.5).expand(2, 2)}
    yield "shared_float16", {"a": base.half()[:2], "b": (half := base.half()), "c": half.t()}
    yield "offset", {"x": torch.arange(100, dtype=torch.int32)[90:]}
    weight = torch.nn.Parameter(torch.randn(4, 3))
    yield "parameters", {"weight": weight, "tied": weight, "frozen": torch.nn.Parameter(base, False)}
    yield "state_dict", network().state_dict()
    yield "state_dict_float16", network().half().state_dict()
    yield "state_dict_float64", network().double().state_dict()
    yield "sgd", trained(torch.optim.SGD, lr=0.1, momentum=0.9)
    yield "adam", trained(torch.optim.Adam, lr=1e-3)
    yield "rmsprop", trained(torch.optim.RMSprop, lr=1e-3, momentum=0.5)
    yield "one_tensor", torch.randn(2, 2)
    yield "list", [torch.ones(2), torch.zeros(1), [torch.arange(3), (torch.arange(2), 5)]]
    yield "nested", {"a": {"b": {"c": {"d": torch.ones(1), "e": ()}}}, "f": [{"g": torch.ones(2)}]}
    yield "integer_keys", {0: torch.ones(1), 17: {-3: torch.ones(2)}, True: "yes"}
    yield "numbers", {"big": 2**62, "bigger": 2**64 - 1, "negative": -2**70, "small": -129,
                      "byte": 255, "short": 65535, "int": -2**31, "long": 2**32, "zero": 0,
                      "float": 0.1, "tiny": 5e-324, "huge": 1e300, "inf": float("-inf"),
                      "nan": float("nan"), "whole": 3.0, "none": None, "yes": True, "no": False}
    yield "texts", {"": "empty key", "empty": "", "long": "x" * 1000, "ünï": "\U0001f600\n\t"}
    yield "descriptions", {"dtype": torch.float16, "integer": torch.int64, "size": torch.Size([2, 3]),
                           "ordered": collections.OrderedDict(b=torch.ones(1), a=2)}
    yield "many", {f"layer{i}.weight": torch.full((2,), float(i)) for i in range(400)}
    yield "large", {"x": torch.randn(300, 1000), "half": torch.randn(200, 500).half()}


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, saved in cases():
        expected = "".join("\t".join(fields) + "\n" for fields in lines(saved))
        for form, options in (("zip", {}), ("old", {"_use_new_zipfile_serialization": False}),
                              ("zip4", {"pickle_protocol": 4})):
            if form == "zip4" and name not in ("adam", "texts", "numbers", "shared"):
                continue
            torch.save(saved, folder / f"{name}_{form}.pt", **options)
            (folder / f"{name}_{form}.expected").write_text(expected, encoding="utf-8")


if __name__ == "__main__":
    main()
