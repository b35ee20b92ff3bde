"""Reads and writes safetensors files with nothing but the standard library and torch.

A file is the length of a JSON header in 8 little-endian bytes, the header, and the values.
"""
import json
import struct

import torch

NAMES = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64", torch.uint8: "U8",
         torch.bool: "BOOL"}
DTYPES = {name: dtype for dtype, name in NAMES.items()}


def write(path, tensors):
    """Writes named tensors, the largest items first so that all are aligned."""
    header, data = {}, b""
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        values = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def read(path):
    """The named tensors of a file, in the order of its header."""
    with open(path, "rb") as file:
        content = file.read()
    start = 8 + struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = DTYPES[entry["dtype"]]
        values = torch.empty(0, dtype=dtype)
        if end > begin:
            values = torch.frombuffer(bytearray(content[start + begin:start + end]), dtype=dtype)
        tensors[name] = values.reshape(entry["shape"])
    return tensors
